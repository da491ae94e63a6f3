"""Loops that run beside the server: started together, restarted with backoff when they fail, stopped before the drain.

A loop is `async def loop(stop: asyncio.Event)`; it returns soon after `stop` is set. A loop that raises is logged and
started again, so that a database that is away for a while does not end the process.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from system.common.draining import Drain
from system.common.randomness import backoff
from system.common.telemetry import log

Loop = Callable[[asyncio.Event], Awaitable[None]]


async def pause(stop: asyncio.Event, delay_s: float) -> None:
    """Wait `delay_s` seconds or until `stop` is set, whichever is first."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), delay_s)


async def supervise(name: str, loop: Loop, stop: asyncio.Event) -> None:
    """Run `loop` until `stop`, again with backoff (0.1 to 2 s) whenever it raises."""
    failures = 0
    while not stop.is_set():
        started = asyncio.get_running_loop().time()
        try:
            await loop(stop)
        except Exception as error:  # noqa: BLE001 - the boundary of a background loop
            failures = 1 if asyncio.get_running_loop().time() - started > 10 else failures + 1
            log.warning("background loop failed", loop=name, failures=failures, error=repr(error))
            await pause(stop, backoff(failures, first_s=0.1, most_s=2))


@asynccontextmanager
async def running(loops: Sequence[Loop], drain: Drain) -> AsyncIterator[None]:
    """Run the loops while the block runs; then let them finish for what is left of `drain` before they are cancelled."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(supervise(getattr(loop, "__qualname__", repr(loop)), loop, stop)) for loop in loops]
    try:
        yield
    finally:
        stop.set()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=drain.left())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
