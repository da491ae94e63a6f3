"""A pause counts when the process stands still, and ends with the same process going on."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from harness.experiment import AssumptionError
from harness.faults.pause import Pause, pause_one_of
from harness.stack.errors import NoSuchMember
from tests.unit.harness.faults.specs import spec, targets


@dataclass
class FakeStack:
    """One member, order-1, which is a real process. `deaf` does not let itself be stopped."""

    process: "subprocess.Popen[bytes]"
    deaf: bool = False
    able: bool = True
    done: list[str] = field(default_factory=list)

    def can(self, name: str, capability: type) -> bool:
        if name != "order-1":
            raise NoSuchMember(f"this stack has no member {name}; it has order-1")
        return self.able

    def instance(self, name: str) -> SimpleNamespace:
        return SimpleNamespace(pid=self.process.pid, alive=True, ports={})

    def pause(self, name: str) -> None:
        self.done.append("pause")
        if not self.deaf:
            self.process.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WNOWAIT)

    def resume(self, name: str) -> None:
        self.done.append("resume")
        self.process.send_signal(signal.SIGCONT)


@pytest.fixture
def stack() -> Iterator[FakeStack]:
    process = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    try:
        yield FakeStack(process)
    finally:
        process.kill()
        process.wait()


def shop(stack: FakeStack) -> Any:
    return SimpleNamespace(stack=stack)


async def test_it_stands_still_is_proved_and_goes_on(stack: FakeStack) -> None:
    fault, pid = Pause(spec("pause", "order-1")), stack.process.pid
    await fault.assume(shop(stack))
    await fault.inject(shop(stack))
    proof = await fault.prove(shop(stack))
    assert (proof.effective, proof.detail) == (True, f"process {pid} is stopped")
    assert await fault.heal(shop(stack)) == f"process {pid} goes on"
    assert stack.done == ["pause", "resume"]


async def test_what_goes_on_all_the_same_proves_nothing(stack: FakeStack) -> None:
    stack.deaf = True
    fault = Pause(spec("pause", "order-1"))
    await fault.inject(shop(stack))
    assert not (await fault.prove(shop(stack))).effective


async def test_a_target_that_does_not_exist_or_cannot_be_paused_is_an_assumption_that_failed(stack: FakeStack) -> None:
    with pytest.raises(AssumptionError, match="no member order-9"):
        await Pause(spec("pause", "order-9")).assume(shop(stack))
    stack.able = False
    with pytest.raises(AssumptionError, match="order-1 is not Pausable"):
        await Pause(spec("pause", "order-1")).assume(shop(stack))


def test_the_seed_decides_who() -> None:
    assert set(targets(pause_one_of("order-1", "order-2"))) == {"order-1", "order-2"}
