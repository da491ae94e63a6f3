"""CPU-seconds that each member used while the workload ran, as an observation of the run, so that trends can be made of it.

The members are polled, because a process's counters are lost when it dies: what it used since the last poll is missing from
the sum.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Protocol

from harness.history import Recorder

CPU = "system.cpu"
"""Subject of the observation: rows of `member` and `cpu_s`."""
EVERY_S = 1.0


class Metered(Protocol):
    """A subject that measures its members' CPU usage."""

    async def usage(self) -> Mapping[str, float]:
        """CPU-seconds by member since the first call; members without measurements are missing."""


@asynccontextmanager
async def metered(subject: Metered, recorder: Recorder) -> AsyncIterator[None]:
    """Record what was used while the block ran."""
    await subject.usage()
    asking = asyncio.create_task(_asking(subject))
    try:
        yield
    finally:
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        used = await subject.usage()
        recorder.observe(CPU, [{"member": member, "cpu_s": round(seconds, 3)} for member, seconds in sorted(used.items())])


async def _asking(subject: Metered) -> None:
    while True:
        await asyncio.sleep(EVERY_S)
        await subject.usage()
