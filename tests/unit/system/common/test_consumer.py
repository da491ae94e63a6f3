"""A batch consumer tells what it has in hand and what was delivered before: nobody else can know either."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

from prometheus_client import REGISTRY

from system.common.broker import QueueSpec
from system.common.consumer import BatchConsumer

SPEC = QueueSpec("counted")


class FakeQueue:
    """Delivers what it is given, at once."""

    def __init__(self, messages: Sequence[Any]) -> None:
        self._messages = messages

    async def consume(self, take: Callable[[Any], Awaitable[None]]) -> str:
        for message in self._messages:
            await take(message)
        return "tag"

    async def cancel(self, tag: str) -> None:
        assert tag == "tag"


class FakeChannel:
    is_closed = False

    def __init__(self, queue: FakeQueue) -> None:
        self._queue = queue

    async def set_qos(self, prefetch_count: int) -> None:
        pass

    async def declare_queue(self, *_: Any, **__: Any) -> FakeQueue:
        return self._queue


def shown(sample: str) -> float:
    return REGISTRY.get_sample_value(sample, {"queue": SPEC.name}) or 0.0


async def test_what_is_in_hand_and_what_was_delivered_before_is_shown() -> None:
    messages = [SimpleNamespace(redelivered=again) for again in (False, True, None, True)]
    stop = asyncio.Event()
    handled: list[Any] = []
    in_hand: list[float] = []

    @asynccontextmanager
    async def channel() -> Any:
        yield FakeChannel(FakeQueue(messages))

    async def handle(_: Any, batch: Sequence[Any]) -> None:
        handled.extend(batch)
        in_hand.append(shown("consumer_handling"))
        stop.set()

    before = shown("consumer_redelivered_total")
    connection: Any = SimpleNamespace(channel=channel)
    await BatchConsumer(connection, SPEC, handle, batch=10).loop(stop)
    assert handled == messages
    assert shown("consumer_redelivered_total") - before == 2
    assert (in_hand, shown("consumer_handling")) == ([4], 0)
