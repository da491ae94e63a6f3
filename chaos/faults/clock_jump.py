"""clock_jump: the clocks of some servers jump ahead, set by hand or by NTP in one step: what they time ends too early.

Works on servers started with the environment `FAKED_CLOCK`, which puts libfaketime between a process and its clock; the
offset is read from a file in the server's folder. The monotonic clock is left alone, as it is by a real jump.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed
from typing import Protocol

import psutil
from redis.asyncio import Redis

from chaos.faults.death import InstanceLike
from harness.experiment import AssumptionError, Proof
from harness.stack.errors import NoSuchMember

LIBRARIES = ("/usr/lib/*/faketime/libfaketime.so.1", "/usr/lib/faketime/libfaketime.so.1")
PACKAGE = "libfaketime"
OFFSET = "clock"
"""Read by the library in the folder of the process it is loaded into, whenever that asks for the time."""


def _library() -> str:
    found = (str(path) for pattern in LIBRARIES for path in sorted(Path("/").glob(pattern.lstrip("/"))))
    return next(found, "")


FAKED_CLOCK: Mapping[str, str] = (
    {
        # The C library before jemalloc, whose start asks for the time before libfaketime can tell it.
        "LD_PRELOAD": f"{_library()}:libc.so.6",
        "FAKETIME_TIMESTAMP_FILE": OFFSET,
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    if _library()
    else {}
)
"""For a server whose clock is to jump; empty where libfaketime is not installed."""


class Clocked(Protocol):
    """What this fault needs of a stack."""

    def instance(self, name: str) -> InstanceLike:
        """A member as it is now. Raises NoSuchMember."""

    def redis_url(self, name: str) -> str:
        """Where a redis server is. Raises NoSuchMember."""


class HasClocks(Protocol):
    """A subject whose redis servers have clocks that can be moved."""

    @property
    def stack(self) -> Clocked:
        """Its members."""


class ClockJump:
    """Sets the clocks of redis servers `seconds` ahead; heals by setting them right. Proved by what they say the time is."""

    def __init__(self, *targets: str, seconds: int) -> None:
        self.targets = targets
        self.target = ", ".join(targets)
        self.seconds = seconds

    async def assume(self, subject: HasClocks) -> None:
        """See Fault."""
        for target in self.targets:
            try:
                pid = subject.stack.instance(target).pid
            except NoSuchMember as error:
                raise AssumptionError(str(error)) from error
            if pid is None or not _faked(pid):
                raise AssumptionError(
                    f"the clock of {target} cannot be moved: libfaketime is not loaded into it. It needs native servers, and"
                    f" libfaketime on this machine: apt-get install {PACKAGE}"
                )

    async def inject(self, subject: HasClocks) -> None:
        """See Fault."""
        self._set(subject, self.seconds)

    async def prove(self, subject: HasClocks) -> Proof:
        """See Fault."""
        ahead = await asyncio.gather(*(_ahead_s(subject.stack.redis_url(target)) for target in self.targets))
        told = "; ".join(f"{target} is {by:.1f} s ahead" for target, by in zip(self.targets, ahead, strict=True))
        return Proof(effective=all(abs(by - self.seconds) < self.seconds / 2 for by in ahead), detail=told)

    async def heal(self, subject: HasClocks) -> str:
        """See Fault."""
        self._set(subject, 0)
        return f"the clocks of {self.target} are right again"

    def _set(self, subject: HasClocks, seconds: int) -> None:
        for target in self.targets:
            pid = subject.stack.instance(target).pid
            (Path(psutil.Process(pid).cwd()) / OFFSET).write_text(f"+{seconds}\n")


def _faked(pid: int) -> bool:
    try:
        return PACKAGE in Path(f"/proc/{pid}/maps").read_text()
    except OSError:
        return False


async def _ahead_s(url: str) -> float:
    async with Redis.from_url(url) as redis:
        seconds, microseconds = await redis.time()
    return float(seconds) + float(microseconds) / 1e6 - time.time()


def clock_jump(*targets: str, seconds: int) -> Callable[[Random], ClockJump]:
    """Set the clocks of these redis servers ahead; they need the environment `FAKED_CLOCK`."""
    return lambda _random: ClockJump(*targets, seconds=seconds)
