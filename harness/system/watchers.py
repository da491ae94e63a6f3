"""What a watcher is, and how several of them watch at once until somebody has seen enough.

One that fails takes the proof along: what it would have seen is missing from then on. So its end is on record at once, as the
failed stage WATCHERS, the person who waits is told, and the workload is ended early.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeAlias, TypeVar

from harness.experiment import Context
from harness.history import Recorder

S = TypeVar("S")

Watcher: TypeAlias = Callable[[S, Recorder, asyncio.Event], Coroutine[Any, Any, None]]
"""Watches until it is cancelled. Sets the event once it does: nothing that happens later escapes it."""

WATCHERS = "watchers"
"""The stage that has failed when a watcher did."""
READY_S = 10.0


@asynccontextmanager
async def watching(watchers: Mapping[str, Watcher[S]], subject: S, context: Context) -> AsyncIterator[None]:
    """Have all of them watch while the block runs. Raises TimeoutError when one does not begin."""
    ready = [asyncio.Event() for _ in watchers]
    tasks = [
        asyncio.create_task(_watched(name, each(subject, context.recorder, at), context))
        for (name, each), at in zip(watchers.items(), ready, strict=True)
    ]
    try:
        async with asyncio.timeout(READY_S):
            await _all_ready(ready, tasks)
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _all_ready(ready: list[asyncio.Event], tasks: list[asyncio.Task[None]]) -> None:
    """Until every watcher watches; one that ended before that does not keep the others from being waited for."""
    for event, task in zip(ready, tasks, strict=True):
        waiting = asyncio.ensure_future(event.wait())
        try:
            await asyncio.wait((waiting, task), return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()


async def _watched(name: str, watcher: Coroutine[Any, Any, None], context: Context) -> None:
    try:
        await watcher
        said = "it ended by itself"
    except Exception as error:  # noqa: BLE001 - a watcher may fail in any way; the run says so
        said = f"{type(error).__name__}: {error}"
    context.recorder.begin(WATCHERS)
    context.recorder.finish(WATCHERS, failure=f"watcher {name} died: {said}")
    context.note(f"watcher {name} died, so this run can prove nothing any more: {said}")
    context.abort(f"watcher {name} died")
