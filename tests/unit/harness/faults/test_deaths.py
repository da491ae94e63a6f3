"""A death counts when the process is gone and comes back as another one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from harness.experiment import AssumptionError
from harness.faults.deaths import Death
from harness.faults.inventory import Declaration
from harness.faults.kill import Kill, kill, kill_one_of
from harness.faults.restart import Restart, restart_one_of
from harness.faults.spec import FaultSpec, SpecError
from harness.stack import capabilities
from harness.stack.errors import NoSuchMember, StartFailed
from tests.unit.harness.faults.specs import declared, spec, targets


@dataclass(frozen=True)
class FakeInstance:
    pid: int | None
    alive: bool
    ports: Mapping[str, int] = field(default_factory=dict)


@dataclass
class FakeStack:
    """One member, order-1. `immortal` does not die; `hanging` has to be killed; `broken` never becomes ready."""

    pid: int = 7
    alive: bool = True
    immortal: bool = False
    broken: bool = False
    hanging: bool = False
    lacks: tuple[type, ...] = ()
    done: list[str] = field(default_factory=list)

    def can(self, name: str, capability: type) -> bool:
        self.instance(name)
        return capability not in self.lacks

    def instance(self, name: str) -> FakeInstance:
        if name != "order-1":
            raise NoSuchMember(f"this stack has no member {name}; it has order-1")
        return FakeInstance(self.pid, self.alive)

    def kill(self, name: str) -> None:
        self.done.append("kill")
        self.alive = self.immortal

    def terminate(self, name: str, grace_s: float = 10.0) -> bool:
        self.done.append("terminate")
        self.alive = self.immortal
        return not self.hanging

    def boot(self, name: str) -> None:
        self.done.append("boot")
        self.pid, self.alive = self.pid + 1, True

    def wait_ready(self, name: str, timeout_s: float = 30.0) -> None:
        self.done.append("ready")
        if self.broken:
            raise StartFailed("order-1 ready: still not so after 45 s")


@pytest.fixture
def stack() -> FakeStack:
    return FakeStack()


def shop(stack: FakeStack) -> Any:
    return SimpleNamespace(stack=stack)


DEATHS = pytest.mark.parametrize(("make", "how"), [(Kill, "kill"), (Restart, "terminate")])


@DEATHS
async def test_it_dies_is_proved_and_comes_back(stack: FakeStack, make: Callable[[FaultSpec], Death], how: str) -> None:
    fault, subject = make(spec("any", "order-1")), shop(stack)
    await fault.assume(subject)
    await fault.inject(subject)
    proof = await fault.prove(subject)
    assert (proof.effective, proof.detail) == (True, "process 7 is gone, its ports refuse connections")
    assert await fault.heal(subject) == "process 8 is ready in place of 7"
    assert stack.done == [how, "boot", "ready"]


async def test_what_did_not_die_proves_nothing(stack: FakeStack) -> None:
    stack.immortal = True
    fault = Kill(spec("kill", "order-1"))
    await fault.inject(shop(stack))
    proof = await fault.prove(shop(stack))
    assert (proof.effective, proof.detail) == (False, "process 7 is alive, its ports refuse connections")


async def test_what_had_to_be_killed_was_no_restart(stack: FakeStack) -> None:
    stack.hanging = True
    fault = Restart(spec("restart", "order-1"))
    await fault.inject(shop(stack))
    proof = await fault.prove(shop(stack))
    assert not proof.effective
    assert proof.detail.endswith("and it had to be killed: it did not stop when it was asked to")


async def test_healing_what_lives_starts_nothing(stack: FakeStack) -> None:
    await Kill(spec("kill", "order-1")).heal(shop(stack))
    assert stack.done == ["ready"]


async def test_what_does_not_come_back_is_not_healed(stack: FakeStack) -> None:
    stack.broken = True
    fault = Kill(spec("kill", "order-1"))
    await fault.inject(shop(stack))
    with pytest.raises(StartFailed):
        await fault.heal(shop(stack))


async def test_a_target_that_does_not_exist_is_an_assumption_that_failed(stack: FakeStack) -> None:
    with pytest.raises(AssumptionError, match="no member order-9"):
        await Kill(spec("kill", "order-9")).assume(shop(stack))


async def test_a_target_that_cannot_be_killed_is_one_too(stack: FakeStack) -> None:
    stack.lacks = (capabilities.Restartable,)
    with pytest.raises(AssumptionError, match="order-1 is not Restartable"):
        await Kill(spec("kill", "order-1")).assume(shop(stack))


async def test_a_target_that_is_dead_already_is_one_too(stack: FakeStack) -> None:
    stack.alive = False
    with pytest.raises(AssumptionError, match="order-1 does not run"):
        await Kill(spec("kill", "order-1")).assume(shop(stack))


@pytest.mark.parametrize("make", [kill_one_of, restart_one_of])
def test_the_seed_decides_who(make: Callable[..., Declaration]) -> None:
    masters = ("redis-lock-1", "redis-lock-2", "redis-lock-3")
    chosen = targets(make(*masters))
    assert set(chosen) == set(masters)
    assert chosen == targets(make(*masters))


@pytest.mark.parametrize("declaration", [kill("order-9"), kill_one_of("order-1", "order-9")])
def test_a_member_that_the_system_does_not_have_cannot_be_declared(declaration: Declaration) -> None:
    with pytest.raises(AssumptionError, match="there is no member order-9"):
        declared(declaration)


def test_a_death_is_that_of_one_member() -> None:
    with pytest.raises(SpecError, match="one member, not to 2"):
        _ = Kill(spec("kill", "order-1", "order-2")).member
