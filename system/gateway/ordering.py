"""Orders go in by a queue: commands out with publisher confirms, decisions back on a queue of this instance's own.

Guarantees: a command that `place` did not refuse is durable at the broker; many are under way at once on one channel, each
waiting for its own confirm and its own reply alone. A connection lives and dies as a whole, with its channels and its reply
queue; the next one starts afresh, so nothing half-open survives a reconnect. Replies lost with it are orders answered 202.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Protocol

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage
from aio_pika.exceptions import AMQPError
from google.protobuf.message import DecodeError
from shop.events.v1.events_pb2 import PlaceOrder, PlaceOrderReply

from system.common import deadlines
from system.common.broker import Publisher, declare
from system.common.errors import Unavailable
from system.common.queues import ORDER_PLACE
from system.common.telemetry import log
from system.gateway.clients import Probe


class Publishes(Protocol):
    """What is asked of a publisher (`system.common.broker.Publisher`)."""

    async def publish(self, body: bytes, *, routing_key: str, message_id: str, reply_to: str | None = None) -> None:
        """Publish one message. Raises Unavailable when there was no confirm."""


@dataclass(frozen=True)
class Link:
    """A connection in use: where commands go and where their replies come."""

    publisher: Publishes
    reply_to: str
    alive: Probe
    """Asks the broker for the queue; never raises, never takes long."""


class OrderDesk:
    """Places orders over whatever link there is."""

    def __init__(self, url: str, instance: str, probe_timeout_s: float) -> None:
        self._url = url
        self._instance = instance
        self._probe_timeout_s = probe_timeout_s
        self._link: Link | None = None
        self._waiting: dict[str, asyncio.Future[PlaceOrderReply]] = {}

    async def connected(self) -> bool:
        """Whether an order could be placed now."""
        return self._link is not None and await self._link.alive()

    @property
    def waiting(self) -> int:
        """How many requests wait for a reply."""
        return len(self._waiting)

    async def place(self, command: PlaceOrder, wait_s: float) -> PlaceOrderReply | None:
        """Send a command; the decision, or None when it is not there after `wait_s` seconds.

        Raises Unavailable when the broker did not confirm that it has the command.
        """
        link = self._link
        if link is None:
            raise Unavailable("orders cannot be taken at the moment", retry_after_s=1)
        until = asyncio.get_running_loop().time() + deadlines.remaining(wait_s)
        with self._expected() as (correlation_id, reply):
            try:
                await link.publisher.publish(
                    command.SerializeToString(),
                    routing_key=ORDER_PLACE.name,
                    message_id=correlation_id,
                    reply_to=link.reply_to,
                )
            except Unavailable:
                if not reply.done():  # an answer is better than a confirm
                    raise
            await asyncio.wait((reply,), timeout=until - asyncio.get_running_loop().time())
            return reply.result() if reply.done() else None

    @contextmanager
    def _expected(self) -> Iterator[tuple[str, asyncio.Future[PlaceOrderReply]]]:
        correlation_id = str(uuid.uuid4())
        reply = self._waiting[correlation_id] = asyncio.get_running_loop().create_future()
        try:
            yield correlation_id, reply
        finally:
            del self._waiting[correlation_id]

    def answered(self, correlation_id: str | None, body: bytes) -> None:
        """Hand a reply to whoever waits for it; one that came too late, or twice, is dropped."""
        reply = self._waiting.get(correlation_id or "")
        if reply is None or reply.done():
            return
        try:
            reply.set_result(PlaceOrderReply.FromString(body))
        except DecodeError as error:
            log.error("a reply that cannot be read", correlation_id=correlation_id, error=repr(error))

    @contextmanager
    def using(self, link: Link) -> Iterator[None]:
        """Place orders over `link` while the block runs."""
        self._link = link
        try:
            yield
        finally:
            self._link = None

    async def loop(self, stop: asyncio.Event) -> None:
        """Keep a link until `stop`. Raises ConnectionError when it breaks; the supervisor starts the next one."""
        async with self._connected() as connection:
            commands = await connection.channel(publisher_confirms=True, on_return_raises=True)
            await declare(commands, ORDER_PLACE)
            answers = await connection.channel(publisher_confirms=False)
            queue = await answers.declare_queue(f"gateway.{self._instance}.{uuid.uuid4()}", exclusive=True, auto_delete=True)
            await queue.consume(self._on_reply, no_ack=True)
            ends = [asyncio.ensure_future(end) for end in (connection.closed(), commands.closed(), answers.closed())]
            stopping = asyncio.create_task(stop.wait())
            try:
                with self.using(Link(Publisher(commands), queue.name, self._probe_of(answers))):
                    log.info("orders can be placed", reply_to=queue.name)
                    await asyncio.wait((*ends, stopping), return_when=asyncio.FIRST_COMPLETED)
            finally:
                for waiting in (*ends, stopping):
                    waiting.cancel()
            if not stop.is_set():
                raise ConnectionError("the link to the broker broke")

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AbstractConnection]:
        connection = await aio_pika.connect(
            self._url, client_properties={"connection_name": self._instance}, timeout=5, heartbeat=10
        )
        async with connection:
            yield connection

    def _probe_of(self, channel: AbstractChannel) -> Probe:
        async def alive() -> bool:
            try:
                async with asyncio.timeout(self._probe_timeout_s):
                    raw = await channel.get_underlay_channel()
                    await raw.queue_declare(ORDER_PLACE.name, passive=True)
            except (AMQPError, OSError, TimeoutError, RuntimeError):
                return False
            return True

        return alive

    async def _on_reply(self, message: AbstractIncomingMessage) -> None:
        self.answered(message.correlation_id, message.body)
