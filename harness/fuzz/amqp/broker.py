"""The broker as the fuzzer uses it: which queues there are, publishing, waiting until a queue is empty, taking dead letters."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from harness.fuzz.amqp.served import ID_HEADER, Message
from harness.stack.broker_queues import BrokerQueue, queues_of
from harness.stack.namespaces.erlang import Node
from harness.stack.view import StackView
from harness.waiting import NotYet, wait_until_async

KIND = "rabbitmq"


@dataclass(frozen=True)
class Death:
    """How a message came into a dead-letter queue: `reason` is the broker's ("rejected", "delivery_limit", "expired")."""

    queue: str
    reason: str


class Broker:
    """The broker of a stack, through one channel with publisher confirms."""

    def __init__(self, stack: StackView, channel: AbstractChannel) -> None:
        self._admin = next(iter(stack.manifest.admin[m.name] for m in stack.manifest.members if m.kind == KIND))
        self._vhost = unquote(urlsplit(stack.amqp_url).path.removeprefix("/"))
        self._channel = channel
        self._sent: set[str] = set()

    async def queues(self) -> list[BrokerQueue]:
        """Every queue. Raises OSError when the node cannot be asked."""
        return await asyncio.to_thread(self._queues)

    def _queues(self) -> list[BrokerQueue]:
        with Node(self._admin.port, self._admin.password) as node:
            return queues_of(node, self._vhost)

    async def consumers(self, queue: BrokerQueue) -> int:
        """How many consumers it has; an exclusive one, which nobody else may ask about, has one. Raises AMQPError."""
        if queue.exclusive:
            return int(queue.name in {each.name for each in await self.queues()})
        declared = await self._channel.declare_queue(queue.name, passive=True)
        return declared.declaration_result.consumer_count or 0

    async def publish(self, queue: str, messages: Iterable[Message]) -> None:
        """Publish all at once and wait for the confirms. Raises AMQPError."""
        exchange, messages = self._channel.default_exchange, list(messages)
        self._sent.update(each.id for each in messages)
        await asyncio.gather(*(exchange.publish(_written(each), queue, mandatory=False) for each in messages))

    async def drained(self, queue: str, timeout_s: float) -> bool:
        """Whether within `timeout_s` seconds nothing waits in it and nothing of it is unacknowledged."""

        async def empty() -> bool:
            left = {each.name: each.messages for each in await self.queues()}.get(queue, 0)
            if left:
                raise NotYet(f"{left} messages")
            return True

        try:
            return await wait_until_async(empty, what=f"{queue} is empty", timeout_s=timeout_s, poll_s=0.1)
        except TimeoutError:
            return False

    async def deaths(self, queue: str, ours: Sequence[str] = ()) -> Mapping[str, Death]:
        """Takes all that we caused out of a dead-letter queue, and says how each of `ours` came there. Raises AMQPError.

        A reply to one of our messages, which that sent back into the queue, is ours as well. Everything else is put back.
        """
        found: dict[str, Death] = {}
        source = await self._channel.get_queue(queue)
        others: list[AbstractIncomingMessage] = []
        while (message := await source.get(fail=False)) is not None:
            identity = _text(message.headers.get(ID_HEADER))
            if identity in ours:
                found[identity] = _death(message)
            if identity in self._sent or message.correlation_id in self._sent:
                await message.ack()
            else:
                others.append(message)
        for message in others:
            await message.nack(requeue=True)
        return found


def _written(message: Message) -> aio_pika.Message:
    properties = dict(message.properties)
    headers = {**properties.pop("headers", {}), ID_HEADER: message.id}
    properties = {
        "message_id": message.id,
        "correlation_id": message.id,
        "delivery_mode": aio_pika.DeliveryMode.PERSISTENT,
        **properties,
    }
    return aio_pika.Message(message.body, headers=headers, **properties)


def _death(message: AbstractIncomingMessage) -> Death:
    deaths = message.headers.get("x-death")
    first: Any = deaths[0] if isinstance(deaths, list) and deaths else {}
    return Death(_text(first.get("queue")), _text(first.get("reason")))


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
