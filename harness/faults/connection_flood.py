"""connection_flood: `count` connections to one port, idle or with an unfinished request.

Every second one is idle, the others have begun a request. They are closed when it heals. Proved by the connections that the
target's process holds; those in the kernel's accept queue do not count.
"""

import asyncio
import resource
from contextlib import suppress

import psutil

from harness.faults.control import HasStack
from harness.faults.fault import StackFault
from harness.faults.inventory import Declaration
from harness.faults.protocol import AssumptionError, Proof
from harness.faults.registry import fault_kind
from harness.faults.spec import FaultSpec, SpecError
from harness.faults.targets import member
from harness.stack.errors import NoSuchMember

CONNECTION_FLOOD = "connection_flood"
AT_ONCE = 100
MOST = 5000
SPARE = 1000
"""File descriptors that a process needs besides the connections."""
BEGUN = b"GET /products HTTP/1.1\r\nHost: shop\r\nX-Never-Ending: "


@fault_kind(CONNECTION_FLOOD)
class ConnectionFlood(StackFault):
    """Opens `count` connections to a member's port and keeps them."""

    def __init__(self, spec: FaultSpec) -> None:
        super().__init__(spec)
        self._port, self._count = spec.text("port"), spec.integer("count")
        if not 0 < self._count <= MOST:
            raise SpecError(f"a flood has 1 to {MOST} connections")
        self._before = 0
        self._open: list[asyncio.StreamWriter] = []

    async def assume(self, subject: HasStack) -> None:
        """See Fault."""
        try:
            subject.stack.address(self.member, self._port)
            pid = subject.stack.instance(self.member).pid
        except NoSuchMember as error:
            raise AssumptionError(str(error)) from error
        if pid is None:
            raise AssumptionError(f"{self.member} does not run")
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        theirs, _ = psutil.Process(pid).rlimit(psutil.RLIMIT_NOFILE)
        if (most := min(soft, theirs)) < self._count + SPARE:
            raise AssumptionError(f"{most} open files are too few for {self._count} connections and {SPARE} other files")

    async def inject(self, subject: HasStack) -> None:
        """See Fault. Refused connections are missing, which the proof shows."""
        host, _, port = subject.stack.address(self.member, self._port).rpartition(":")
        self._before = await asyncio.to_thread(self._held, subject)
        waiting = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for number in range(self._count):
                group.create_task(self._enter(host, int(port), waiting, BEGUN if number % 2 else b""))

    async def prove(self, subject: HasStack) -> Proof:
        """See Fault."""
        held = await asyncio.to_thread(self._held, subject) - self._before
        detail = f"{self.member} holds {held} connections more; {len(self._open)} of {self._count} were let in"
        return Proof(effective=held >= self._count * 0.9, detail=detail)

    async def heal(self, subject: HasStack) -> str:
        """See Fault."""
        opened, self._open = self._open, []
        for writer in opened:
            writer.transport.abort()
        return f"{len(opened)} connections closed"

    async def _enter(self, host: str, port: int, waiting: asyncio.Semaphore, said: bytes) -> None:
        async with waiting:
            with suppress(OSError):
                _, writer = await asyncio.open_connection(host, port)
                self._open.append(writer)
                writer.write(said)

    def _held(self, subject: HasStack) -> int:
        """Connections to the port that the target's process holds."""
        instance = subject.stack.instance(self.member)
        found = psutil.Process(instance.pid).net_connections("tcp4")
        return sum(each.status == psutil.CONN_ESTABLISHED and each.laddr.port == instance.ports[self._port] for each in found)


def connection_flood(target: str, port: str, count: int) -> Declaration:
    """Hold `count` connections to a port of a member."""
    return member(CONNECTION_FLOOD, target, port=port, count=count)
