"""What the deaths of a member have in common: how one looks, how it is proved, and the way back.

The way back is a start on the same ports with the data kept; it counts only when the process is another one and
ready.
"""

import asyncio
from abc import abstractmethod
from typing import ClassVar

from harness.faults.control import HasStack, StackControl
from harness.faults.fault import StackFault
from harness.faults.protocol import Proof
from harness.faults.spec import FaultSpec
from harness.stack.capabilities import Restartable
from harness.stack.provider import Capability

HOST = "127.0.0.1"
READY_S = 45.0
"""How long a member may take to be ready again."""


class Death(StackFault):
    """A member goes away and comes back. Subclasses say how it goes."""

    needs: ClassVar[tuple[Capability, ...]] = (Restartable,)
    alive = True

    def __init__(self, spec: FaultSpec) -> None:
        super().__init__(spec)
        self._pid: int | None = None

    @abstractmethod
    def end(self, stack: StackControl) -> None:
        """Make the member end; returns when its process is gone."""

    async def inject(self, subject: HasStack) -> None:
        """See Fault."""
        self._pid = subject.stack.instance(self.member).pid
        await asyncio.to_thread(self.end, subject.stack)

    async def prove(self, subject: HasStack) -> Proof:
        """See Fault."""
        instance = await asyncio.to_thread(subject.stack.instance, self.member)
        listening = [port for port in instance.ports.values() if await _listens(port)]
        gone = f"process {self._pid} is {'alive' if instance.alive else 'gone'}"
        ports = f"something listens on {', '.join(map(str, listening))}" if listening else "its ports refuse connections"
        return Proof(effective=not instance.alive and not listening, detail=f"{gone}, {ports}")

    async def heal(self, subject: HasStack) -> str:
        """See Fault."""
        await asyncio.to_thread(revive, subject.stack, self.member)
        return f"process {subject.stack.instance(self.member).pid} is ready in place of {self._pid}"


def revive(stack: StackControl, name: str) -> None:
    """Have a member run and ready, started again if it is dead. Raises StartFailed."""
    if not stack.instance(name).alive:
        stack.boot(name)
    stack.wait_ready(name, READY_S)


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.close()
    return True
