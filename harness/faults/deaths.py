"""What faults that end a member's process have in common: injection, proof and healing.

Healing starts it on the same ports with its data, and ends when a new process is ready.
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
KILLED = "and it had to be killed: it did not stop when it was asked to"
READY_S = 45.0
"""Within how many seconds a member has to be ready again."""


class Death(StackFault):
    """Ends a member; heals by starting it. Subclasses define `end`."""

    needs: ClassVar[tuple[Capability, ...]] = (Restartable,)
    alive = True

    def __init__(self, spec: FaultSpec) -> None:
        super().__init__(spec)
        self._pid: int | None = None
        self._as_it_should = True

    @abstractmethod
    def end(self, stack: StackControl) -> bool:
        """End the member; returns when its process has ended. Whether it ended as it should."""

    async def inject(self, subject: HasStack) -> None:
        """See Fault."""
        self._pid = subject.stack.instance(self.member).pid
        self._as_it_should = await asyncio.to_thread(self.end, subject.stack)

    async def prove(self, subject: HasStack) -> Proof:
        """See Fault."""
        instance = await asyncio.to_thread(subject.stack.instance, self.member)
        listening = [port for port in instance.ports.values() if await _listens(port)]
        gone = f"process {self._pid} is {'alive' if instance.alive else 'gone'}"
        ports = f"something listens on {', '.join(map(str, listening))}" if listening else "its ports refuse connections"
        late = "" if self._as_it_should else f", {KILLED}"
        effective = self._as_it_should and not instance.alive and not listening
        return Proof(effective=effective, detail=f"{gone}, {ports}{late}")

    async def heal(self, subject: HasStack) -> str:
        """See Fault."""
        await asyncio.to_thread(revive, subject.stack, self.member)
        return f"process {subject.stack.instance(self.member).pid} is ready in place of {self._pid}"


def revive(stack: StackControl, name: str) -> None:
    """Start a member if it is not alive, and wait until it is ready. Raises StartFailed."""
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
