"""slow_start: a member is killed and started again, but paused (SIGSTOP) during its start until it is healed.

Its process exists; callers are refused, or wait.
"""

import asyncio

from harness.faults.control import HasStack
from harness.faults.fault import StackFault
from harness.faults.inventory import Declaration
from harness.faults.kill import Kill
from harness.faults.pause import Pause
from harness.faults.protocol import Proof
from harness.faults.registry import fault_kind
from harness.faults.spec import FaultSpec
from harness.faults.targets import member, one_of
from harness.stack import capabilities

SLOW_START = "slow_start"


@fault_kind(SLOW_START)
class SlowStart(StackFault):
    """Kills a member, starts it and pauses it; heals by SIGCONT."""

    needs = (capabilities.Killable, capabilities.Restartable, capabilities.Pausable)
    alive = True

    def __init__(self, spec: FaultSpec) -> None:
        super().__init__(spec)
        self._kill = Kill(spec)
        self._pause = Pause(spec)
        self._before: int | None = None

    async def inject(self, subject: HasStack) -> None:
        """See Fault."""
        self._before = subject.stack.instance(self.member).pid
        await self._kill.inject(subject)
        await asyncio.to_thread(subject.stack.boot, self.member)
        await self._pause.inject(subject)

    async def prove(self, subject: HasStack) -> Proof:
        """See Fault: a new process runs in its place, and is paused."""
        still = await self._pause.prove(subject)
        another = subject.stack.instance(self.member).pid != self._before
        return Proof(effective=still.effective and another, detail=still.detail)

    async def heal(self, subject: HasStack) -> str:
        """See Fault."""
        if subject.stack.instance(self.member).alive:
            await self._pause.heal(subject)
        return await self._kill.heal(subject)


def slow_start(target: str) -> Declaration:
    """Kill this member and delay its start."""
    return member(SLOW_START, target)


def slow_start_one_of(*targets: str) -> Declaration:
    """Kill one of these members and delay its start; the seed decides which."""
    return one_of(SLOW_START, *targets)
