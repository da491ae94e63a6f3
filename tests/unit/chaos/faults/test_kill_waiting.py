"""The one that dies is the one that waits, and it counts only when it left something behind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from chaos.faults.kill_waiting import KillWaiting, kill_waiting
from harness.experiment import AssumptionError
from harness.stack.errors import NoSuchMember
from harness.waiting import WaitTimeout
from tests.unit.harness.faults.specs import declared, spec


@dataclass
class FakeShop:
    """Two order instances; `seen` is what looking at their sagas shows, look by look: order and instance."""

    seen: list[Mapping[str, str]]
    alive: dict[str, bool] = field(default_factory=lambda: {"order-1": True, "order-2": True})
    done: list[str] = field(default_factory=list)

    @property
    def stack(self) -> "FakeShop":
        return self

    async def waiting(self, moved: str) -> Mapping[str, str]:
        assert moved == "capture"
        return self.seen.pop(0) if len(self.seen) > 1 else self.seen[0]

    def can(self, name: str, capability: type) -> bool:
        return True

    def instance(self, name: str) -> SimpleNamespace:
        if name not in self.alive:
            raise NoSuchMember(f"this stack has no member {name}")
        return SimpleNamespace(pid=7, alive=self.alive[name], ports={})

    def kill(self, name: str) -> None:
        self.done.append(f"kill {name}")
        self.alive[name] = False

    def terminate(self, name: str, grace_s: float = 10.0) -> bool:
        raise AssertionError("it is killed")

    def boot(self, name: str) -> None:
        self.done.append(f"boot {name}")
        self.alive[name] = True

    def wait_ready(self, name: str, timeout_s: float = 30.0) -> None:
        self.done.append(f"ready {name}")


def fake(seen: list[Mapping[str, str]]) -> Any:
    return FakeShop(seen)


def fault() -> KillWaiting:
    return KillWaiting(declared(kill_waiting("capture", "order-1", "order-2")))


async def test_the_one_with_most_waiting_dies_and_comes_back() -> None:
    shop, killer = fake([{"a": "order-1", "b": "order-2", "c": "order-2", "d": "order-2"}]), fault()
    assert killer.spec.target == "one of order-1, order-2"
    await killer.assume(shop)
    await killer.inject(shop)
    assert killer.hit == ("order-2",)
    proof = await killer.prove(shop)
    assert proof.effective
    assert proof.detail.endswith("it left 3 sagas behind that waited for a capture that had happened")
    await killer.heal(shop)
    assert shop.done == ["kill order-2", "boot order-2", "ready order-2"]


async def test_it_looks_until_somebody_waits() -> None:
    shop, killer = fake([{}, {"a": "payment-1"}, {"a": "order-1"}]), fault()
    await killer.inject(shop)
    assert killer.hit == ("order-1",)


async def test_one_that_was_answered_before_it_died_proves_nothing() -> None:
    shop, killer = fake([{"a": "order-1"}, {"b": "order-1"}]), fault()
    await killer.inject(shop)
    assert not (await killer.prove(shop)).effective


async def test_one_that_another_instance_has_taken_up_by_then_was_left_behind() -> None:
    shop, killer = fake([{"a": "order-1"}, {"a": "order-2"}]), fault()
    await killer.inject(shop)
    assert (await killer.prove(shop)).effective


async def test_when_nobody_waits_nobody_dies() -> None:
    shop, killer = fake([{}]), KillWaiting(spec("kill_waiting", "order-1", "order-2", moved="capture"), within_s=0.0)
    with pytest.raises(WaitTimeout, match="an instance waits for a capture"):
        await killer.inject(shop)
    assert not (await killer.prove(shop)).effective
    assert await killer.heal(shop) == "nobody was killed"
    assert shop.done == []


async def test_a_candidate_that_does_not_exist_is_an_assumption_that_failed() -> None:
    with pytest.raises(AssumptionError, match="no member order-9"):
        await KillWaiting(spec("kill_waiting", "order-1", "order-9", moved="capture")).assume(fake([{}]))
