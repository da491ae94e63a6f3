"""What a watcher is, and how several of them look at once until somebody has seen enough."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

import httpx

from chaos.subject.watchers.lock_book import LockBook
from harness.history import Recorder
from harness.stack.view import StackView


class Sight(Protocol):
    """What watchers may look at."""

    @property
    def stack(self) -> StackView:
        """Members, addresses, credentials."""

    @property
    def paying(self) -> httpx.AsyncClient:
        """The payment provider."""

    @property
    def mailing(self) -> httpx.AsyncClient:
        """The customers' mailbox."""

    @property
    def lock_book(self) -> LockBook:
        """Where what was heard of the locks is written down."""


Watcher = Callable[[Sight, Recorder, asyncio.Event], Coroutine[Any, Any, None]]
"""Looks until it is cancelled. Sets the event once it looks: nothing that happens later escapes it."""

READY_S = 10.0


@asynccontextmanager
async def looking(watchers: Sequence[Watcher], subject: Sight, recorder: Recorder) -> AsyncIterator[None]:
    """Have all of them look while the block runs. Raises TimeoutError when one does not begin, ExceptionGroup if one fails."""
    ready = [asyncio.Event() for _ in watchers]
    tasks = [asyncio.create_task(each(subject, recorder, at)) for each, at in zip(watchers, ready, strict=True)]
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
