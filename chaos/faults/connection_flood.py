"""connection_flood: a great many connections to one port that never say all of what they began to say.

Bounded, from this machine only, and closed again when it heals. Every second one is idle, the others have begun a request.
It counts as in force for as many as the target itself holds open: what waits in the kernel's queue was not let in.
"""

import asyncio
import resource
from collections.abc import Callable
from contextlib import suppress
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed
from typing import Protocol

import psutil

from harness.experiment import AssumptionError, Proof
from harness.stack.errors import NoSuchMember
from harness.stack.view import Instance

AT_ONCE = 100
MOST = 5000
SPARE = 1000
"""Files that a process needs for everything else."""
BEGUN = b"GET /products HTTP/1.1\r\nHost: shop\r\nX-Never-Ending: "


class Doors(Protocol):
    """What this fault needs of a stack."""

    def instance(self, name: str) -> Instance:
        """A member as it is now. Raises NoSuchMember."""

    def address(self, name: str, port: str | None = None) -> str:
        """host:port of a member. Raises NoSuchMember."""


class HasDoors(Protocol):
    """A subject with ports."""

    @property
    def stack(self) -> Doors:
        """Its members."""


class ConnectionFlood:
    """Opens `count` connections to a member's port and keeps them."""

    def __init__(self, target: str, port: str, count: int) -> None:
        if not 0 < count <= MOST:
            raise ValueError(f"a flood has 1 to {MOST} connections")
        self.target = target
        self._port = port
        self._count = count
        self._before = 0
        self._open: list[asyncio.StreamWriter] = []

    async def assume(self, subject: HasDoors) -> None:
        """See Fault."""
        try:
            subject.stack.address(self.target, self._port)
            pid = subject.stack.instance(self.target).pid
        except NoSuchMember as error:
            raise AssumptionError(str(error)) from error
        if pid is None:
            raise AssumptionError(f"{self.target} does not run")
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        theirs, _ = psutil.Process(pid).rlimit(psutil.RLIMIT_NOFILE)
        if (most := min(soft, theirs)) < self._count + SPARE:
            raise AssumptionError(f"{most} open files are too few for {self._count} connections and {SPARE} other files")

    async def inject(self, subject: HasDoors) -> None:
        """See Fault. Connections that are refused are missing, which the proof tells."""
        host, _, port = subject.stack.address(self.target, self._port).rpartition(":")
        self._before = await asyncio.to_thread(self._held, subject)
        door = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for number in range(self._count):
                group.create_task(self._enter(host, int(port), door, BEGUN if number % 2 else b""))

    async def prove(self, subject: HasDoors) -> Proof:
        """See Fault."""
        held = await asyncio.to_thread(self._held, subject) - self._before
        detail = f"{self.target} holds {held} connections more; {len(self._open)} of {self._count} were let in"
        return Proof(effective=held >= self._count * 0.9, detail=detail)

    async def heal(self, subject: HasDoors) -> str:
        """See Fault."""
        opened, self._open = self._open, []
        for writer in opened:
            writer.transport.abort()
        return f"{len(opened)} connections closed"

    async def _enter(self, host: str, port: int, door: asyncio.Semaphore, said: bytes) -> None:
        async with door:
            with suppress(OSError):
                _, writer = await asyncio.open_connection(host, port)
                self._open.append(writer)
                writer.write(said)

    def _held(self, subject: HasDoors) -> int:
        """Connections to the port that the target's process holds."""
        instance = subject.stack.instance(self.target)
        found = psutil.Process(instance.pid).net_connections("tcp4")
        return sum(each.status == psutil.CONN_ESTABLISHED and each.laddr.port == instance.ports[self._port] for each in found)


def connection_flood(target: str, port: str, count: int) -> Callable[[Random], ConnectionFlood]:
    """So many connections to a port of a member."""
    return lambda _random: ConnectionFlood(target, port, count)
