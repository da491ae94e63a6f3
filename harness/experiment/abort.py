"""Ends a run's workload early once somebody knows that the run can prove nothing any more, e.g. because a watcher died.

Healing, settling, observing and judging take place all the same.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class AbortedError(Exception):
    """The workload was ended early; says why."""


class Abort:
    """One run's. Belongs to the event loop of the run; the first reason stays."""

    def __init__(self) -> None:
        self.reason = ""
        self._limit: asyncio.Timeout | None = None

    def __call__(self, reason: str) -> None:
        """End what `bounding` bounds, now or as soon as it begins."""
        self.reason = self.reason or reason
        if self._limit is not None:
            self._limit.reschedule(asyncio.get_running_loop().time())

    @asynccontextmanager
    async def bounding(self) -> AsyncIterator[None]:
        """Within the block an abort cancels what is under way. Raises AbortedError then."""
        limit = asyncio.timeout(0 if self.reason else None)
        try:
            async with limit:
                self._limit = limit
                yield
        except TimeoutError as error:
            if limit.expired():
                raise AbortedError(self.reason) from error
            raise
        finally:
            self._limit = None
