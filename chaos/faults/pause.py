"""pause: SIGSTOP, as a long garbage collection or a stalled virtual machine does it. Alive, connected, and silent."""

import asyncio
from collections.abc import Callable
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed
from typing import Protocol

import psutil

from chaos.faults.death import InstanceLike
from harness.experiment import AssumptionError, Proof
from harness.stack import capabilities
from harness.stack.errors import NoSuchMember
from harness.stack.provider import Capability


class Pausable(Protocol):
    """What this fault needs of a stack."""

    def can(self, name: str, capability: Capability) -> bool:
        """Whether a member has a capability. Raises NoSuchMember."""

    def instance(self, name: str) -> InstanceLike:
        """A member as it is now."""

    def pause(self, name: str) -> None:
        """Freeze a member."""

    def resume(self, name: str) -> None:
        """Let it go on."""


class HasPausable(Protocol):
    """A subject whose members can be frozen."""

    @property
    def stack(self) -> Pausable:
        """Its members."""


class Pause:
    """Freezes a member; heals by letting it go on, with everything it believed before."""

    def __init__(self, target: str) -> None:
        self.target = target

    async def assume(self, subject: HasPausable) -> None:
        """See Fault."""
        try:
            able = subject.stack.can(self.target, capabilities.Pause)
        except NoSuchMember as error:
            raise AssumptionError(str(error)) from error
        if not able:
            raise AssumptionError(f"{self.target} lacks Pause with this provider")

    async def inject(self, subject: HasPausable) -> None:
        """See Fault."""
        await asyncio.to_thread(subject.stack.pause, self.target)

    async def prove(self, subject: HasPausable) -> Proof:
        """See Fault."""
        pid = subject.stack.instance(self.target).pid
        status = psutil.Process(pid).status() if pid is not None else "gone"
        return Proof(effective=status == psutil.STATUS_STOPPED, detail=f"process {pid} is {status}")

    async def heal(self, subject: HasPausable) -> str:
        """See Fault."""
        await asyncio.to_thread(subject.stack.resume, self.target)
        pid = subject.stack.instance(self.target).pid
        return f"process {pid} goes on"


def pause(target: str) -> Callable[[Random], Pause]:
    """Pause this member."""
    return lambda _random: Pause(target)


def pause_one_of(*targets: str) -> Callable[[Random], Pause]:
    """Pause one of these members; the seed decides which."""
    return lambda random: Pause(random.choice(targets))
