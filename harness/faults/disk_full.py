"""disk_full: the disk of some redis servers is full: they answer reads and refuse writes (MISCONF).

Works on durable servers started with the environment `SMALL_DISK`, which gives a native server a disk of its own (see
`harness.stack.native.small_disk`). What such a server stores does not outlive its process, so no experiment with this fault
may kill or restart the same server: it would come back having forgotten everything, which is the fault `forget`.
"""

import asyncio
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from redis.asyncio import Redis
from redis.exceptions import RedisError

from harness.faults.control import HasStack
from harness.faults.fault import StackFault
from harness.faults.inventory import Declaration
from harness.faults.protocol import AssumptionError, Proof
from harness.faults.registry import fault_kind
from harness.faults.spec import FaultSpec
from harness.faults.targets import member
from harness.stack.native.small_disk import DISK_MB, mounted_for
from harness.waiting import NotYet, wait_until_async

DISK_FULL = "disk_full"
SMALL_DISK: Mapping[str, str] = {DISK_MB: "16"}
"""For a server whose disk is to be full."""
FILLER = "filler"
ATTEMPTS = 10
TIMEOUT_S = 2.0
NOTICED_S = 5.0
"""How long a server may take to notice that its disk is full, or that it is not any more: redis tries again each second."""
PROBE_KEY = "gauntlet:disk_full"
PROBE_BYTES = 2 * os.sysconf("SC_PAGE_SIZE")
"""More than is left of the page that the server wrote to last, which is its own already."""


class Disk(Protocol):
    """The disk of one server."""

    def fill(self) -> None:
        """Take all space that is free. Raises OSError."""

    def empty(self) -> None:
        """Give it back; no harm when it was not taken."""

    def free(self) -> int:
        """Bytes that can still be written. Raises OSError when the server is gone, and its disk with it."""


class SmallDisk:
    """A disk that is mounted for one process alone, so that filling it takes no space from anybody else."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fill(self) -> None:
        """See Disk. Tried again when the server took some of the space at the same moment, up to `ATTEMPTS` times."""
        with (self._folder / FILLER).open("ab") as file:
            for _ in range(ATTEMPTS):
                if not (free := self.free()):
                    return
                with suppress(OSError):
                    os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, free)
        raise OSError(f"{self._folder} has {free} bytes free after {ATTEMPTS} attempts to take them all")

    def empty(self) -> None:
        """See Disk."""
        (self._folder / FILLER).unlink(missing_ok=True)

    def free(self) -> int:
        """See Disk."""
        found = os.statvfs(self._folder)
        return found.f_bavail * found.f_frsize


def disk_of(subject: HasStack, target: str) -> Disk | None:
    """The small disk of a member, None when it has none."""
    pid = subject.stack.instance(target).pid
    folder = mounted_for(pid) if pid is not None else None
    return SmallDisk(folder) if folder is not None else None


@fault_kind(DISK_FULL)
class DiskFull(StackFault):
    """Fills the disks of redis servers; heals by emptying them, until the servers write again.

    Proved by disks without a free byte and by servers that say that they could not write. So that a server with little to
    write notices as well, it is given one value to store, which is over at once.
    """

    alive = True

    def __init__(self, spec: FaultSpec, find: Callable[[HasStack, str], Disk | None] = disk_of) -> None:
        super().__init__(spec)
        self._find = find

    async def assume(self, subject: HasStack) -> None:
        """See Fault."""
        await super().assume(subject)
        for target in self.spec.members:
            if self._find(subject, target) is None:
                raise AssumptionError(
                    f"the disk of {target} cannot be filled: it has none of its own. It needs a native server with"
                    f" the environment {DISK_MB}, on Linux, started by root (or with CAP_SYS_ADMIN), and the programs"
                    " unshare and mount"
                )
            if not (await _persistence(subject.stack.redis_url(target))).get("aof_enabled"):
                raise AssumptionError(f"{target} would not notice a full disk: it is not durable, and writes nothing to it")

    async def inject(self, subject: HasStack) -> None:
        """See Fault. Returns when the servers noticed. Raises OSError, and WaitTimeout for one that did not."""
        await asyncio.gather(*(self._fill(subject, target) for target in self.spec.members))

    async def prove(self, subject: HasStack) -> Proof:
        """See Fault."""
        told, effective = [], True
        for target in self.spec.members:
            free = self._disk(subject, target).free()
            status = _status(await _persistence(subject.stack.redis_url(target)))
            told.append(f"{target} has {free} bytes free, its last write was {status}")
            effective = effective and free == 0 and status == "err"
        return Proof(effective=effective, detail="; ".join(told))

    async def heal(self, subject: HasStack) -> str:
        """See Fault. Raises OSError when a server is gone, WaitTimeout when one does not write again."""
        return "; ".join(await asyncio.gather(*(self._empty(subject, target) for target in self.spec.members)))

    async def _fill(self, subject: HasStack, target: str) -> None:
        self._disk(subject, target).fill()
        url = subject.stack.redis_url(target)
        await _write(url)

        async def noticed() -> bool:
            return await _refusing(url)

        await wait_until_async(noticed, what=f"{target} notices its full disk", timeout_s=NOTICED_S)

    async def _empty(self, subject: HasStack, target: str) -> str:
        disk, url = self._disk(subject, target), subject.stack.redis_url(target)
        disk.empty()

        async def writes() -> bool:
            if await _refusing(url):
                raise NotYet("its last write was err")
            await _write(url)
            return not await _refusing(url)

        await wait_until_async(writes, what=f"{target} writes again", timeout_s=NOTICED_S)
        return f"{target} has {disk.free()} bytes free and writes again"

    def _disk(self, subject: HasStack, target: str) -> Disk:
        disk = self._find(subject, target)
        if disk is None:
            raise FileNotFoundError(f"{target} has no disk of its own: it is gone, or never had one")
        return disk


def _connect(url: str) -> Redis:
    return Redis.from_url(url, decode_responses=True, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)


async def _persistence(url: str) -> Mapping[str, object]:
    async with _connect(url) as redis:
        said: Mapping[str, object] = await redis.info("persistence")
    return said


def _status(persistence: Mapping[str, object]) -> str:
    """What became of the last write to the append-only file: "ok" or "err"."""
    return str(persistence.get("aof_last_write_status", "unknown"))


async def _refusing(url: str) -> bool:
    return _status(await _persistence(url)) == "err"


async def _write(url: str) -> None:
    """Have the server append a value to its file. It may refuse, if it has noticed before us."""
    async with _connect(url) as redis:
        try:
            await redis.set(PROBE_KEY, "x" * PROBE_BYTES, px=1)
        except RedisError as error:
            if "MISCONF" not in str(error):
                raise


def disk_full(*targets: str) -> Declaration:
    """No space left for these durable redis servers; they need the environment `SMALL_DISK`."""
    return member(DISK_FULL, *targets)
