"""Work that goes on to its end though whoever asked for it has gone away.

gRPC cancels a handler when its caller dies or its deadline passes. Between an effect outside that nobody can take back and the
record of it that would have the effect done a second time.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from system.common.telemetry import log

T = TypeVar("T")


class Completing:
    """Keeps what is under way. Work that outlives its caller is bounded by its own time limits, as it was before."""

    def __init__(self) -> None:
        self._under_way: set[asyncio.Task[Any]] = set()

    async def __call__(self, work: Coroutine[Any, Any, T]) -> T:
        """Do `work`, and go on with it when this call is cancelled. Raises what it raises."""
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        task.add_done_callback(self._done)
        return await asyncio.shield(task)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.debug("work ended with an error", error=repr(error))
