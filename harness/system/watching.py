"""What a watcher is, and how several of them watch at once until somebody has seen enough."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeAlias, TypeVar

from harness.experiment import Context
from harness.history import Recorder

S = TypeVar("S")

Watcher: TypeAlias = Callable[[S, Recorder, asyncio.Event], Coroutine[Any, Any, None]]
"""Watches until it is cancelled. Sets the event once it does: nothing that happens later escapes it."""

READY_S = 10.0


@asynccontextmanager
async def watching(watchers: Mapping[str, Watcher[S]], subject: S, context: Context) -> AsyncIterator[None]:
    """Have all of them watch while the block runs. Raises TimeoutError when one does not begin, ExceptionGroup if one fails."""
    ready = [asyncio.Event() for _ in watchers]
    tasks = [
        asyncio.create_task(each(subject, context.recorder, at)) for each, at in zip(watchers.values(), ready, strict=True)
    ]
    try:
        async with asyncio.timeout(READY_S):
            await asyncio.gather(*(event.wait() for event in ready))
        yield
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    if failures := [each for each in ended if isinstance(each, Exception)]:
        raise ExceptionGroup("watchers failed", failures)
