"""Measures how late the event loop is in which the clients of a run work, and records each stall as an event.

On a busy machine an answer waits until its client is given a processor. That wait is not the system's, so judges of latency
take it off (harness.history.lag).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from harness.history import CLIENT_STALLED, Recorder

TICK_S = 0.05
"""How often the loop is looked at: it is late by what a sleep of this length took longer."""
NOTED_S = 0.1
"""Shorter stalls are not recorded: they are the grain of a working loop."""


@asynccontextmanager
async def lag_recorded(recorder: Recorder, clock: Callable[[], float] = time.monotonic) -> AsyncIterator[None]:
    """Record the stalls of this event loop while the block runs, by a clock of seconds."""
    watching = asyncio.create_task(_watching(recorder, clock))
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def _watching(recorder: Recorder, clock: Callable[[], float]) -> None:
    while True:
        due_s = clock() + TICK_S
        try:
            await asyncio.sleep(TICK_S)
        finally:  # also when the block ends right after a stall
            if (late_s := clock() - due_s) >= NOTED_S:
                recorder.event(CLIENT_STALLED, "", {"seconds": round(late_s, 3)})
