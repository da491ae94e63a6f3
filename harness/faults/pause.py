"""pause: SIGSTOP, as by a long garbage collection or a stalled virtual machine; connections stay open."""

import asyncio

import psutil

from harness.faults.control import HasStack
from harness.faults.fault import StackFault
from harness.faults.inventory import Declaration
from harness.faults.protocol import Proof
from harness.faults.registry import fault_kind
from harness.faults.targets import member, one_of
from harness.stack import capabilities

PAUSE = "pause"


@fault_kind(PAUSE)
class Pause(StackFault):
    """SIGSTOP for a member; heals by SIGCONT, with its state in memory kept."""

    needs = (capabilities.Pausable,)

    async def inject(self, subject: HasStack) -> None:
        """See Fault."""
        await asyncio.to_thread(subject.stack.pause, self.member)

    async def prove(self, subject: HasStack) -> Proof:
        """See Fault."""
        pid = subject.stack.instance(self.member).pid
        status = psutil.Process(pid).status() if pid is not None else "gone"
        return Proof(effective=status == psutil.STATUS_STOPPED, detail=f"process {pid} is {status}")

    async def heal(self, subject: HasStack) -> str:
        """See Fault."""
        await asyncio.to_thread(subject.stack.resume, self.member)
        return f"process {subject.stack.instance(self.member).pid} goes on"


def pause(target: str) -> Declaration:
    """Pause this member."""
    return member(PAUSE, target)


def pause_one_of(*targets: str) -> Declaration:
    """Pause one of these members; the seed decides which."""
    return one_of(PAUSE, *targets)
