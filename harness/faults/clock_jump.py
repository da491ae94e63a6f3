"""clock_jump: the clocks of some servers jump ahead in one step, so that keys expire early.

Works on servers started with the environment `FAKED_CLOCK`, which puts libfaketime between a process and its clock; the
offset is read from a file in the server's folder. The monotonic clock is unchanged, as by a real jump.
"""

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path

import psutil
from redis.asyncio import Redis

from harness.faults.control import HasStack
from harness.faults.fault import StackFault
from harness.faults.inventory import Declaration
from harness.faults.protocol import AssumptionError, Proof
from harness.faults.registry import fault_kind
from harness.faults.spec import FaultSpec
from harness.faults.targets import member

CLOCK_JUMP = "clock_jump"
LIBRARIES = ("/usr/lib/*/faketime/libfaketime.so.1", "/usr/lib/faketime/libfaketime.so.1")
PACKAGE = "libfaketime"
OFFSET = "clock"
"""The offset file in the server's folder, which libfaketime reads at each call for the time."""


def _library() -> str:
    found = (str(path) for pattern in LIBRARIES for path in sorted(Path("/").glob(pattern.lstrip("/"))))
    return next(found, "")


FAKED_CLOCK: Mapping[str, str] = (
    {
        # The C library before jemalloc, whose start reads the time before libfaketime is initialized.
        "LD_PRELOAD": f"{_library()}:libc.so.6",
        "FAKETIME_TIMESTAMP_FILE": OFFSET,
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    if _library()
    else {}
)
"""Environment of a server whose clock is to jump; empty where libfaketime is not installed."""


@fault_kind(CLOCK_JUMP)
class ClockJump(StackFault):
    """Sets the clocks of redis servers `seconds` ahead; heals by removing the offset. Proved by their TIME command."""

    def __init__(self, spec: FaultSpec) -> None:
        super().__init__(spec)
        self.seconds = spec.integer("seconds")

    async def assume(self, subject: HasStack) -> None:
        """See Fault."""
        await super().assume(subject)
        for target in self.spec.members:
            pid = subject.stack.instance(target).pid
            if pid is None or not _faked(pid):
                raise AssumptionError(
                    f"the clock of {target} cannot be moved: libfaketime is not loaded into it. It needs native servers, and"
                    f" libfaketime on this machine: apt-get install {PACKAGE}"
                )

    async def inject(self, subject: HasStack) -> None:
        """See Fault."""
        self._set(subject, self.seconds)

    async def prove(self, subject: HasStack) -> Proof:
        """See Fault."""
        ahead = await asyncio.gather(*(_ahead_s(subject.stack.redis_url(target)) for target in self.spec.members))
        told = "; ".join(f"{target} is {by:.1f} s ahead" for target, by in zip(self.spec.members, ahead, strict=True))
        return Proof(effective=all(abs(by - self.seconds) < self.seconds / 2 for by in ahead), detail=told)

    async def heal(self, subject: HasStack) -> str:
        """See Fault."""
        self._set(subject, 0)
        return f"the clocks of {self.spec.target} are right again"

    def _set(self, subject: HasStack, seconds: int) -> None:
        for target in self.spec.members:
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


def clock_jump(*targets: str, seconds: int) -> Declaration:
    """Set the clocks of these redis servers ahead; they need the environment `FAKED_CLOCK`."""
    return member(CLOCK_JUMP, *targets, seconds=seconds)
