"""slow_start: a member dies and takes long to come back: started again, it stands still until it is healed.

A supervisor calls that running; its callers are refused, or wait.
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
    """Kills a member, starts it and freezes it; heals by letting it start."""

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
        """See Fault: there is another process in its place, and it stands still."""
        still = await self._pause.prove(subject)
        another = subject.stack.instance(self.member).pid != self._before
        return Proof(effective=still.effective and another, detail=still.detail)

    async def heal(self, subject: HasStack) -> str:
        """See Fault."""
        if subject.stack.instance(self.member).alive:
            await self._pause.heal(subject)
        return await self._kill.heal(subject)


def slow_start(target: str) -> Declaration:
    """Let this member die and start slowly."""
    return member(SLOW_START, target)


def slow_start_one_of(*targets: str) -> Declaration:
    """Let one of these members die and start slowly; the seed decides which."""
    return one_of(SLOW_START, *targets)
