"""RabbitMQ as the shop uses it: durable quorum queues, publisher confirms, one dead-letter queue for each queue.

A queue is declared by both its sides (system/common/queues.py), with the same arguments everywhere. A message is acknowledged
only after its effects are durable; one that can never be handled goes to `<queue>.dead` with the reason, and nothing is
requeued in a hurry: a consumer that cannot reach its database keeps the message and tries again.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aio_pika
from aio_pika import DeliveryMode, ExchangeType, Message
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue, AbstractRobustConnection
from aio_pika.exceptions import AMQPError, ChannelInvalidStateError, DeliveryError

from system.common.errors import Unavailable
from system.common.telemetry import DEAD_LETTERS, log, outgoing_trace

EVENTS = "shop.events"
CONFIRM_TIMEOUT_S = 3.0
"""A broker that has confirmed nothing for so long is away…"""
CONFIRM_LONGEST_S = 10.0
"""…and one that is merely busy has so long for each message."""
# Redeliveries after which the broker itself gives up on a message: far above what restarts cause, so that an accepted order
# is never lost to it (RabbitMQ 4 would otherwise stop at 20).
DELIVERY_LIMIT = 1000
# What aio-pika raises when the connection or channel is gone: what was not acknowledged will be delivered again.
LOST = (AMQPError, ChannelInvalidStateError, OSError)


@dataclass(frozen=True)
class QueueSpec:
    """A queue and, for events, the routing keys it is bound to."""

    name: str
    events: tuple[str, ...] = ()

    @property
    def dead(self) -> str:
        """The queue its hopeless messages end in."""
        return f"{self.name}.dead"


@asynccontextmanager
async def connect(url: str, instance: str) -> AsyncIterator[AbstractRobustConnection]:
    """A connection that comes back by itself after the broker was away; closed when the block ends."""
    connection = await aio_pika.connect_robust(
        url, client_properties={"connection_name": instance}, reconnect_interval=0.5, timeout=5, heartbeat=10
    )
    async with connection:
        yield connection


async def declare(channel: AbstractChannel, spec: QueueSpec) -> AbstractQueue:
    """The queue and its dead-letter queue, bound to its events. Idempotent."""
    await channel.declare_queue(spec.dead, durable=True, arguments={"x-queue-type": "quorum"})
    queue = await channel.declare_queue(
        spec.name,
        durable=True,
        arguments={
            "x-queue-type": "quorum",
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": spec.dead,
            "x-delivery-limit": DELIVERY_LIMIT,
        },
    )
    if spec.events:
        exchange = await channel.declare_exchange(EVENTS, ExchangeType.TOPIC, durable=True)
        for key in spec.events:
            await queue.bind(exchange, key)
    return queue


class Publisher:
    """Publishes with confirm on one channel; `publish` returns once the broker has made the message durable."""

    def __init__(self, channel: AbstractChannel, consumed: Iterable[str] = ()) -> None:
        self._channel = channel
        self._consumed = frozenset(consumed)
        self._confirmed_at = 0.0

    @classmethod
    async def open(cls, connection: AbstractRobustConnection, *queues: QueueSpec) -> "Publisher":
        """A publisher with its own channel; the events exchange and the queues of its events are in place.

        They are put in place again whenever the connection comes back, e.g. to a new broker.
        """
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        await channel.declare_exchange(EVENTS, ExchangeType.TOPIC, durable=True)
        for spec in queues:
            await declare(channel, spec)
        return cls(channel, (key for spec in queues for key in spec.events))

    async def publish_event(self, body: bytes, *, topic: str, message_id: str, headers: Mapping[str, str]) -> None:
        """Publish an event. Raises Unavailable like `publish`, also for one that is to be consumed and reached no queue.

        An event that nobody consumes is nobody's loss.
        """
        mandatory = topic in self._consumed
        await self.publish(
            body, exchange=EVENTS, routing_key=topic, message_id=message_id, headers=headers, mandatory=mandatory
        )

    async def publish(
        self,
        body: bytes,
        *,
        exchange: str = "",
        routing_key: str,
        message_id: str,
        reply_to: str | None = None,
        headers: Mapping[str, str] | None = None,
        mandatory: bool = True,
    ) -> None:
        """Publish one message. Raises Unavailable when there was no confirm: it may or may not have been accepted."""
        message = Message(
            body,
            message_id=message_id,
            correlation_id=message_id,
            reply_to=reply_to,
            content_type="application/x-protobuf",
            delivery_mode=DeliveryMode.PERSISTENT,
            headers=dict(headers) if headers is not None else dict(outgoing_trace()),
        )
        try:
            target = await self._channel.get_exchange(exchange, ensure=False) if exchange else self._channel.default_exchange
            await self._confirmed(target.publish(message, routing_key, mandatory=mandatory))
        except DeliveryError as error:
            raise Unavailable("the broker refused the message", retry_after_s=1) from error
        except (*LOST, TimeoutError, RuntimeError) as error:
            # aio-pika raises a bare RuntimeError for a channel that is being reopened.
            raise Unavailable("the broker did not confirm the message", retry_after_s=1) from error

    async def _confirmed(self, publishing: Coroutine[Any, Any, object]) -> None:
        """Wait for a confirm, for as long as others of this channel are confirmed meanwhile. Raises TimeoutError."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        task = asyncio.create_task(publishing)
        try:
            while not task.done():
                heard_at = max(begun, self._confirmed_at)
                left_s = min(heard_at + CONFIRM_TIMEOUT_S, begun + CONFIRM_LONGEST_S) - loop.time()
                if left_s <= 0:
                    raise TimeoutError
                await asyncio.wait((task,), timeout=left_s)
        finally:
            task.cancel()
        task.result()
        self._confirmed_at = loop.time()


async def answer(channel: AbstractChannel, request: AbstractIncomingMessage, body: bytes) -> None:
    """Send a reply to whoever waits for it; lost replies are theirs to live with (they answer 202)."""
    if not request.reply_to:
        return
    try:
        await channel.default_exchange.publish(
            Message(body, correlation_id=request.correlation_id, content_type="application/x-protobuf"),
            request.reply_to,
            mandatory=False,
        )
    except (*LOST, RuntimeError) as error:
        log.warning("reply lost", error=repr(error))


def came_over_open_channel(message: AbstractIncomingMessage) -> bool:
    """Whether a message can still be settled: what came over a closed channel is delivered again by itself."""
    try:
        return not message.channel.is_closed
    except ChannelInvalidStateError:
        return False


async def acknowledge(message: AbstractIncomingMessage) -> None:
    """Acknowledge a message. Each is settled by itself: one whose channel is gone keeps no other from it."""
    try:
        await message.ack()
    except (*LOST, RuntimeError) as error:
        log.info("not acknowledged, will be delivered again", message_id=message.message_id, error=repr(error))


async def dead_letter(message: AbstractIncomingMessage, queue: str, reason: str) -> None:
    """Refuse a message for good: the broker moves it to the dead-letter queue. One whose channel is gone will come again."""
    DEAD_LETTERS.labels(queue, reason).inc()
    log.error("message refused for good", queue=queue, reason=reason, message_id=message.message_id)
    try:
        await message.reject(requeue=False)
    except (*LOST, RuntimeError) as error:
        log.info("not refused, will be delivered again", message_id=message.message_id, error=repr(error))
