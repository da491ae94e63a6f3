"""The watcher of locks understands what Redlock really says to real masters."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import count
from types import SimpleNamespace

from chaos.subject.watchers import LockBook
from chaos.subject.watchers.locks import lock_masters, locks
from harness.history import Event, Record, Recorder
from harness.stack.attach import AttachedStack
from harness.waiting import wait_until_async
from system.common.redlock import Redlock, RedlockSettings, masters

TTL = RedlockSettings(ttl_s=1.0, node_timeout_s=0.5, wait_s=10)


class Seen:
    """Keeps the events about one resource."""

    def __init__(self, resource: str) -> None:
        self.resource = resource
        self.events: list[tuple[str, str]] = []

    def write(self, record: Record) -> None:
        if isinstance(record, Event) and record.subject == self.resource:
            self.events.append((record.event, str(record.detail["holder"])))

    async def until(self, accept: Callable[[list[tuple[str, str]]], bool]) -> None:
        async def look() -> bool:
            return accept(self.events)

        await wait_until_async(look, what=f"the right events after {self.events}", timeout_s=20)


@asynccontextmanager
async def watched(stack: AttachedStack, seen: "Seen") -> AsyncIterator[LockBook]:
    """The watcher at work."""
    book, ready = LockBook(), asyncio.Event()
    watching = asyncio.create_task(locks(SimpleNamespace(stack=stack, lock_book=book), Recorder(seen), ready))
    try:
        await asyncio.wait_for(ready.wait(), 20)
        yield book
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


def drawing() -> Callable[[Sequence[str], str], Awaitable[int]]:
    tokens = count(1)

    async def draw(_resources: Sequence[str], _value: str) -> int:
        return next(tokens)

    return draw


async def test_a_hold_a_release_and_an_end_without_one_are_seen(stack: AttachedStack) -> None:
    resource, draw = str(uuid.uuid4()), drawing()
    seen = Seen(resource)
    async with (
        watched(stack, seen) as book,
        masters([stack.redis_url(name) for name in lock_masters(stack)], TTL) as redis,
    ):
        async with Redlock(redis, draw, TTL, holder="order-1").hold([resource]) as grant:
            await seen.until(lambda events: events == [("lock_granted", "order-1")])
            believed = book.claims[resource, grant.value].believed_until_ns(book.quorum)

            async def extended() -> bool:
                return book.claims[resource, grant.value].believed_until_ns(book.quorum) > believed

            await wait_until_async(extended, what="an extension is heard", timeout_s=20)
        await seen.until(lambda events: events[1:] == [("lock_released", "order-1")])
        await Redlock(redis, draw, TTL, holder="order-2")._acquire((resource,))  # and dies: nothing extends or releases
        await seen.until(lambda events: events[2:] == [("lock_granted", "order-2"), ("lock_expired", "order-2")])


async def test_a_lock_that_was_taken_out_of_sight_is_looked_up(stack: AttachedStack) -> None:
    resource = str(uuid.uuid4())
    seen = Seen(resource)
    async with (
        masters([stack.redis_url(name) for name in lock_masters(stack)], TTL) as redis,
        Redlock(redis, drawing(), TTL, holder="order-1").hold([resource]),
        watched(stack, seen),
    ):
        await seen.until(lambda events: events == [("lock_granted", "order-1")])
