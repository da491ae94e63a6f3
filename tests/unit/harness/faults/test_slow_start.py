"""A slow start counts when another process stands in for the dead one without moving, and ends when that one is ready."""

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
from harness.faults.slow_start import SlowStart, slow_start_one_of
from harness.stack import capabilities
from harness.stack.errors import NoSuchMember, StackError
from tests.unit.harness.faults.specs import spec, targets


@dataclass
class FakeStack:
    """One member, order-1, of real processes. `refuses` a step; `fast` is a start that nobody can stop."""

    process: "subprocess.Popen[bytes] | None" = None
    lacks: tuple[type, ...] = ()
    refuses: str = ""
    fast: bool = False
    done: list[str] = field(default_factory=list)

    def can(self, name: str, capability: type) -> bool:
        if name != "order-1":
            raise NoSuchMember(f"this stack has no member {name}; it has order-1")
        return capability not in self.lacks

    def instance(self, name: str) -> SimpleNamespace:
        alive = self.process is not None and self.process.poll() is None
        return SimpleNamespace(pid=self.process.pid if self.process else None, alive=alive, ports={})

    def kill(self, name: str) -> None:
        self._does("kill")
        self.end()

    def end(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def terminate(self, name: str, grace_s: float = 10.0) -> bool:
        raise AssertionError("it is killed")

    def boot(self, name: str) -> None:
        self._does("boot")
        self.process = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])

    def pause(self, name: str) -> None:
        self._does("pause")
        if self.process is not None and not self.fast:
            self.process.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WNOWAIT)

    def resume(self, name: str) -> None:
        self._does("resume")
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)

    def wait_ready(self, name: str, timeout_s: float = 30.0) -> None:
        self._does("ready")

    def _does(self, what: str) -> None:
        if what == self.refuses:
            raise StackError(f"no {what} today")
        self.done.append(what)


@pytest.fixture
def stack() -> Iterator[FakeStack]:
    stack = FakeStack()
    stack.boot("order-1")
    stack.done.clear()
    try:
        yield stack
    finally:
        stack.end()


def shop(stack: FakeStack) -> Any:
    return SimpleNamespace(stack=stack)


async def test_it_dies_stands_still_is_proved_and_comes_back(stack: FakeStack) -> None:
    fault, old = SlowStart(spec("slow_start", "order-1")), stack.instance("order-1").pid
    await fault.assume(shop(stack))
    await fault.inject(shop(stack))
    proof, new = await fault.prove(shop(stack)), stack.instance("order-1").pid
    assert new != old
    assert (proof.effective, proof.detail) == (True, f"process {new} is stopped")
    assert await fault.heal(shop(stack)) == f"process {new} is ready in place of {old}"
    assert stack.done == ["kill", "boot", "pause", "resume", "ready"]


async def test_a_start_that_goes_on_proves_nothing(stack: FakeStack) -> None:
    stack.fast = True
    fault = SlowStart(spec("slow_start", "order-1"))
    await fault.inject(shop(stack))
    assert not (await fault.prove(shop(stack))).effective


async def test_what_was_only_killed_is_started(stack: FakeStack) -> None:
    stack.refuses = "boot"
    fault = SlowStart(spec("slow_start", "order-1"))
    with pytest.raises(StackError):
        await fault.inject(shop(stack))
    stack.refuses = ""
    await fault.heal(shop(stack))
    assert stack.done == ["kill", "boot", "ready"]


@pytest.mark.parametrize("lacking", [capabilities.Killable, capabilities.Restartable, capabilities.Pausable])
async def test_a_target_that_cannot_is_an_assumption_that_failed(stack: FakeStack, lacking: type) -> None:
    stack.lacks = (lacking,)
    with pytest.raises(AssumptionError, match=f"order-1 is not {lacking.__name__}"):
        await SlowStart(spec("slow_start", "order-1")).assume(shop(stack))


def test_the_seed_decides_who() -> None:
    assert set(targets(slow_start_one_of("order-1", "order-2"))) == {"order-1", "order-2"}
