"""Every instance is another process in the end, one at a time, and whoever is half-way gets ready."""

import asyncio
import threading
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest

from harness.experiment import AssumptionError
from harness.faults.inventory import Inventory
from harness.faults.rolling_restart import RollingRestart, rolling_restart
from harness.faults.spec import SpecError
from harness.stack.errors import NoSuchMember, StartFailed
from harness.waiting import wait_until_async
from tests.unit.harness.faults.specs import declared


@dataclass
class FakeStack:
    """Two instances of order and of user. `broken` never becomes ready, `hanging` has to be killed; `gate` holds up all."""

    pids: dict[str, int] = field(default_factory=lambda: {"order-1": 1, "order-2": 2, "user-1": 3, "user-2": 4})
    dead: set[str] = field(default_factory=set)
    done: list[str] = field(default_factory=list)
    broken: str = ""
    hanging: str = ""
    most_dead: int = 0
    gate: threading.Event = field(default_factory=threading.Event)

    def can(self, name: str, capability: type) -> bool:
        return name in self.pids

    def instances(self, service: str | None = None) -> list[Any]:
        found = [self.instance(name) for name in self.pids if name.startswith(f"{service}-")]
        if not found:
            raise NoSuchMember(f"no {service}")
        return found

    def instance(self, name: str) -> Any:
        return SimpleNamespace(name=name, pid=self.pids[name], alive=name not in self.dead, ports={})

    def terminate(self, name: str, grace_s: float = 10.0) -> bool:
        self.gate.wait(10)
        service = name.partition("-")[0]
        assert not any(other.startswith(service) for other in self.dead), "two of one service at a time"
        self.most_dead = max(self.most_dead, len(self.dead) + 1)
        self.done.append(name)
        self.dead.add(name)
        return name != self.hanging

    def boot(self, name: str) -> None:
        self.pids[name] += 100
        self.dead.discard(name)

    def wait_ready(self, name: str, timeout_s: float = 30.0) -> None:
        if name == self.broken and self.pids[name] > 100:
            raise StartFailed(f"{name} is not ready")


def fault(*services: str, at_once: int = 1) -> RollingRestart:
    return RollingRestart(declared(rolling_restart(*services, at_once=at_once), seed=7))


def shop(stack: FakeStack) -> Any:
    return SimpleNamespace(stack=stack)


async def test_all_are_replaced_service_by_service() -> None:
    stack = FakeStack()
    rolling, subject = fault("user", "order"), shop(stack)
    await rolling.assume(subject)
    await rolling.inject(subject)
    assert not (await rolling.prove(subject)).effective
    stack.gate.set()

    async def replaced() -> bool:
        return (await rolling.prove(subject)).effective

    await wait_until_async(replaced, what="all are replaced", timeout_s=10, poll_s=0.001)
    assert (await rolling.prove(subject)).detail == "4 of 4 instances are other processes than before"
    assert await rolling.heal(subject) == "4 instances are ready"
    assert {name.partition("-")[0] for name in stack.done[:2]} == {"user"}
    assert sorted(stack.done) == sorted(stack.pids)
    assert stack.most_dead == 1


async def test_healed_half_way_it_touches_nobody_else_and_leaves_nobody_dead() -> None:
    stack = FakeStack()
    rolling, subject = fault("user", "order"), shop(stack)
    await rolling.inject(subject)
    healing = asyncio.create_task(rolling.heal(subject))
    await asyncio.sleep(0.01)
    stack.gate.set()
    await healing
    assert len(stack.done) <= 1
    assert not stack.dead
    assert not (await rolling.prove(subject)).effective


async def test_one_that_does_not_come_back_is_told() -> None:
    stack = FakeStack(broken="user-1")
    stack.gate.set()
    rolling, subject = fault("user"), shop(stack)
    await rolling.inject(subject)

    async def reached() -> bool:
        return "user-1" in stack.done

    await wait_until_async(reached, what="the walk reaches user-1", timeout_s=10, poll_s=0.001)
    with pytest.raises(StartFailed, match="user-1"):
        await rolling.heal(subject)


async def test_one_that_had_to_be_killed_proves_nothing() -> None:
    stack = FakeStack(hanging="user-2")
    stack.gate.set()
    rolling, subject = fault("user"), shop(stack)
    await rolling.inject(subject)

    async def replaced() -> bool:
        return min(stack.pids["user-1"], stack.pids["user-2"]) > 100

    await wait_until_async(replaced, what="both are replaced", timeout_s=10, poll_s=0.001)
    proof = await rolling.prove(subject)
    assert (proof.effective, proof.detail.partition("; ")[2]) == (False, "user-2 had to be killed: no stop within 20 s")


def test_one_instance_alone_cannot_be_replaced_unnoticed() -> None:
    with pytest.raises(AssumptionError, match="only one instance of user"):
        declared(rolling_restart("user"), inventory=Inventory({"user": ("user-1",)}))


def test_a_service_that_does_not_exist() -> None:
    with pytest.raises(AssumptionError, match="there is no search"):
        declared(rolling_restart("search"))


def test_the_walks_are_those_of_the_members() -> None:
    spec = declared(rolling_restart("user", "order"))
    with pytest.raises(SpecError, match="not those of its members"):
        RollingRestart(replace(spec, members=("user-1",)))
