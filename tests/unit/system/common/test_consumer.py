"""A batch consumer tells what it has in hand and what was delivered before, and leaves nothing unsettled after a reconnect."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

from aio_pika.exceptions import ChannelInvalidStateError
from prometheus_client import REGISTRY

from system.common.broker import QueueSpec, acknowledge, dead_letter
from system.common.consumer import BatchConsumer
from system.common.errors import Unavailable

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


class Delivery:
    """A message over a channel that closes when a test says so; settled as with the real one."""

    message_id = "m"

    def __init__(self, *, redelivered: bool | None = False, stale: bool = False) -> None:
        self.redelivered = redelivered
        self.stale = stale
        self.settled: list[str] = []

    @property
    def channel(self) -> Any:
        if self.stale:
            raise ChannelInvalidStateError
        return FakeChannel(FakeQueue(()))

    async def ack(self) -> None:
        assert self.channel
        self.settled.append("ack")

    async def reject(self, *, requeue: bool) -> None:
        assert self.channel
        assert not requeue
        self.settled.append("dead")


async def consumed(messages: Sequence[Any], handle: Callable[[asyncio.Event, Sequence[Any]], Awaitable[None]]) -> None:
    """Feed a consumer, until `handle` stops it."""
    stop = asyncio.Event()

    @asynccontextmanager
    async def channel() -> Any:
        yield FakeChannel(FakeQueue(messages))

    connection: Any = SimpleNamespace(channel=channel)
    await BatchConsumer(connection, SPEC, lambda _, batch: handle(stop, batch), batch=10).loop(stop)


def shown(sample: str) -> float:
    return REGISTRY.get_sample_value(sample, {"queue": SPEC.name}) or 0.0


async def test_what_is_in_hand_and_what_was_delivered_before_is_shown() -> None:
    messages = [Delivery(redelivered=again) for again in (False, True, None, True)]
    handled: list[Any] = []
    in_hand: list[float] = []

    async def handle(stop: asyncio.Event, batch: Sequence[Any]) -> None:
        handled.extend(batch)
        in_hand.append(shown("consumer_handling"))
        stop.set()

    before = shown("consumer_redelivered_total")
    await consumed(messages, handle)
    assert handled == messages
    assert shown("consumer_redelivered_total") - before == 2
    assert (in_hand, shown("consumer_handling")) == ([4], 0)


async def test_what_came_before_a_reconnect_is_dropped_and_what_came_after_it_is_settled() -> None:
    stale, fresh = Delivery(stale=True), Delivery()
    handled: list[Any] = []

    async def handle(stop: asyncio.Event, batch: Sequence[Any]) -> None:
        handled.extend(batch)
        for message in batch:
            await acknowledge(message)
        stop.set()

    await consumed([stale, fresh], handle)
    assert handled == [fresh]
    assert fresh.settled == ["ack"]


async def test_a_channel_that_closes_while_a_batch_is_handled_keeps_no_message_from_being_settled() -> None:
    messages = [Delivery() for _ in range(5)]

    async def handle(stop: asyncio.Event, batch: Sequence[Any]) -> None:
        for message in messages[:2]:
            message.stale = True
        for message, settle in zip(batch, ("ack", "dead", "ack", "dead", "ack"), strict=True):
            await (acknowledge(message) if settle == "ack" else dead_letter(message, SPEC.name, "because"))
        stop.set()

    await consumed(messages, handle)
    assert [message.settled for message in messages] == [[], [], ["ack"], ["dead"], ["ack"]]


async def test_a_batch_is_tried_again_without_what_became_stale_meanwhile() -> None:
    first, second = Delivery(), Delivery()
    batches: list[Sequence[Any]] = []

    async def handle(stop: asyncio.Event, batch: Sequence[Any]) -> None:
        batches.append(batch)
        if len(batches) == 1:
            first.stale = True
            raise Unavailable("away")
        if len(batches) == 2:
            raise ConnectionResetError
        for message in batch:
            await acknowledge(message)
        stop.set()

    await consumed([first, second], handle)
    assert batches == [[first, second], [second], [second]]
    assert second.settled == ["ack"]
