"""A bulkhead: what strangers can ask for at will gets a bounded part of a service, so that the rest of it goes on.

Whoever finds the queue full is refused at once: waiting would only end with its deadline, and hold memory until then.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from system.common.errors import Unavailable


class Bulkhead:
    """`at_once` are inside at a time, and `waiting` more wait for their turn, in the order they came."""

    def __init__(self, what: str, at_once: int, waiting: int) -> None:
        """`what` is said to those who are refused: what is done too much."""
        self._what = what
        self._places = asyncio.Semaphore(at_once)
        self._room = at_once + waiting
        self._here = 0

    @asynccontextmanager
    async def entered(self) -> AsyncIterator[None]:
        """Be inside while the block runs. Raises Unavailable when too many wait already."""
        if self._here >= self._room:
            raise Unavailable(f"too much of this is asked for at once: {self._what}", reason="BUSY", retry_after_s=1)
        self._here += 1
        try:
            async with self._places:
                yield
        finally:
            self._here -= 1
