"""What happens, told to whoever follows it while it happens: one JSON object per line, from the moment of the answer on.

A follower that reads too slowly is cut off rather than kept in memory for ever.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Generic, TypeVar

from fastapi.responses import StreamingResponse
from pydantic import TypeAdapter

T = TypeVar("T")
LONGEST_BACKLOG = 10_000


class Feed(Generic[T]):
    """Publishes things to its followers, in order, each once."""

    def __init__(self) -> None:
        self._followers: set[asyncio.Queue[T | None]] = set()

    def publish(self, thing: T) -> None:
        """Tell every follower; returns at once."""
        for queue in tuple(self._followers):
            if queue.qsize() >= LONGEST_BACKLOG:
                self._followers.discard(queue)
                queue.put_nowait(None)
            else:
                queue.put_nowait(thing)

    def follow(self) -> AsyncIterator[T]:
        """Everything that is published from now on, until the follower leaves or falls too far behind."""
        queue: asyncio.Queue[T | None] = asyncio.Queue()
        self._followers.add(queue)
        return self._things(queue)

    async def _things(self, queue: asyncio.Queue[T | None]) -> AsyncIterator[T]:
        try:
            while (thing := await queue.get()) is not None:
                yield thing
        finally:
            self._followers.discard(queue)


def lines(things: AsyncIterator[T], kind: TypeAdapter[T]) -> StreamingResponse:
    """An answer that goes on as long as there are things; an empty line at once says that it has begun."""

    async def written() -> AsyncIterator[bytes]:
        yield b"\n"
        async for thing in things:
            yield kind.dump_json(thing, by_alias=True) + b"\n"

    return StreamingResponse(written(), media_type="application/x-ndjson")
