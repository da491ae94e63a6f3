"""slow_start: a member dies and takes long to come back: started again, it stands still until it is healed.

A supervisor calls that running; its callers are refused, or wait.
"""

import asyncio
from collections.abc import Callable
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed
from typing import Protocol

from chaos.faults.death import Members
from chaos.faults.kill import Kill
from chaos.faults.pause import Pausable, Pause
from harness.experiment import Proof
from harness.stack.provider import Capability


class Startable(Members, Pausable, Protocol):
    """What this fault needs of a stack."""

    def can(self, name: str, capability: Capability) -> bool:
        """Whether a member has a capability. Raises NoSuchMember."""


class HasStartable(Protocol):
    """A subject whose members can start slowly."""

    @property
    def stack(self) -> Startable:
        """Its members."""


class SlowStart:
    """Kills a member, starts it and freezes it; heals by letting it start."""

    def __init__(self, target: str) -> None:
        self.target = target
        self._kill = Kill(target)
        self._pause = Pause(target)

    async def assume(self, subject: HasStartable) -> None:
        """See Fault."""
        await self._kill.assume(subject)
        await self._pause.assume(subject)

    async def inject(self, subject: HasStartable) -> None:
        """See Fault."""
        await self._kill.inject(subject)
        await asyncio.to_thread(subject.stack.boot, self.target)
        await self._pause.inject(subject)

    async def prove(self, subject: HasStartable) -> Proof:
        """See Fault: there is a process in its place, and it stands still."""
        return await self._pause.prove(subject)

    async def heal(self, subject: HasStartable) -> str:
        """See Fault."""
        if subject.stack.instance(self.target).alive:
            await self._pause.heal(subject)
        return await self._kill.heal(subject)


def slow_start(target: str) -> Callable[[Random], SlowStart]:
    """Let this member die and start slowly."""
    return lambda _random: SlowStart(target)


def slow_start_one_of(*targets: str) -> Callable[[Random], SlowStart]:
    """Let one of these members die and start slowly; the seed decides which."""
    return lambda random: SlowStart(random.choice(targets))
