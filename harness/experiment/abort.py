"""Ends a run's workload early when the run can prove nothing any more, e.g. because a watcher died.

Healing, settling, observing and judging take place all the same.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class AbortedError(Exception):
    """The workload was ended early; the message is the reason."""


class Abort:
    """The abort of one run. Belongs to the event loop of the run; only the first reason is kept."""

    def __init__(self) -> None:
        self.reason = ""
        self._limit: asyncio.Timeout | None = None

    def __call__(self, reason: str) -> None:
        """Cancel the block under `bounding`, now or when it begins."""
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
