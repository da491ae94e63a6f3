"""redelivery: messages are delivered more than once, as after a lost acknowledgement or a publisher's retry.

Events: a queue of the harness bound to the exchange gets all of them, and each is published again. Commands go directly into
the shop's queue: there the harness is a competing consumer, and publishes several copies of each one that it gets. Copies keep
the message's id, headers and reply address, so that consumers see a redelivery.
"""

import asyncio
from collections import Counter
from typing import Protocol

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage

from chaos.faults.broker import BROKER, HasBroker, assume_broker
from harness.experiment import Proof
from harness.faults.inventory import Declaration
from harness.faults.registry import fault_kind
from harness.faults.spec import FaultSpec
from harness.faults.targets import member

REDELIVERY = "redelivery"
COMMANDS = "order.place"
EVENTS = "shop.events"
COPY = "x-gauntlet-copy"
"""Header of a copy, so that it is not copied again."""
AT_ONCE = 4
"""Prefetch count of the harness for commands: the lower it is, the more the shop's own consumers get."""


class Exchange(Protocol):
    """The exchange that copies are published to."""

    async def publish(self, message: aio_pika.Message, routing_key: str, *, mandatory: bool = True) -> object:
        """Publish one."""


class Copier:
    """Has every message delivered `times` times; `published` counts the additional ones."""

    def __init__(self, times: int) -> None:
        self._times = times
        self.published: Counter[str] = Counter()

    async def event(self, message: AbstractIncomingMessage, exchange: Exchange) -> None:
        """Publish an event, whose original is delivered to the shop's queues, `times` - 1 times."""
        if COPY not in message.headers:
            await self._publish(message, exchange, self._times - 1)
            self.published[EVENTS] += self._times - 1
        await message.ack()

    async def command(self, message: AbstractIncomingMessage, exchange: Exchange) -> None:
        """Publish a command, which only the harness got, `times` times; one that is a copy already, once."""
        again = COPY in message.headers
        await self._publish(message, exchange, 1 if again else self._times)
        self.published[COMMANDS] += 0 if again else self._times - 1
        await message.ack()

    @staticmethod
    async def _publish(message: AbstractIncomingMessage, exchange: Exchange, times: int) -> None:
        for _ in range(times):
            await exchange.publish(_copy(message), message.routing_key or "", mandatory=False)


@fault_kind(REDELIVERY)
class Redelivery:
    """Has every event, and every command that the harness consumes, delivered `times` times."""

    hit: tuple[str, ...] = ()

    def __init__(self, spec: FaultSpec) -> None:
        self.spec = spec
        self._copier = Copier(spec.integer("times"))
        self._connection: AbstractConnection | None = None
        self._busy = asyncio.Lock()

    async def assume(self, subject: HasBroker) -> None:
        """See Fault."""
        assume_broker(subject)

    async def inject(self, subject: HasBroker) -> None:
        """See Fault."""
        self._connection = await aio_pika.connect(subject.stack.amqp_url, timeout=5)
        channel = await self._connection.channel()
        await channel.set_qos(prefetch_count=AT_ONCE)
        await self._copy_events(channel)
        await self._repeat_commands(channel)

    async def prove(self, subject: HasBroker) -> Proof:
        """See Fault."""
        published = self._copier.published
        said = ", ".join(f"{published[name]} copies in {name}" for name in (COMMANDS, EVENTS))
        return Proof(effective=all(published[name] for name in (COMMANDS, EVENTS)), detail=said)

    async def heal(self, subject: HasBroker) -> str:
        """See Fault. The broker requeues what the harness has not acknowledged when its connection closes."""
        connection, self._connection = self._connection, None
        async with self._busy:
            if connection is not None:
                await connection.close()
        return f"{self._copier.published.total()} copies were published"

    async def _copy_events(self, channel: AbstractChannel) -> None:
        exchange = await channel.get_exchange(EVENTS)
        queue = await channel.declare_queue(exclusive=True, auto_delete=True)
        await queue.bind(exchange, "#")

        async def again(message: AbstractIncomingMessage) -> None:
            async with self._busy:
                if self._connection is not None:
                    await self._copier.event(message, exchange)

        await queue.consume(again)

    async def _repeat_commands(self, channel: AbstractChannel) -> None:
        queue = await channel.get_queue(COMMANDS)

        async def again(message: AbstractIncomingMessage) -> None:
            async with self._busy:
                if self._connection is not None:
                    await self._copier.command(message, channel.default_exchange)

        await queue.consume(again)


def _copy(message: AbstractIncomingMessage) -> aio_pika.Message:
    return aio_pika.Message(
        message.body,
        headers={**message.headers, COPY: "1"},
        message_id=message.message_id,
        correlation_id=message.correlation_id,
        reply_to=message.reply_to,
        content_type=message.content_type,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )


def redelivery(times: int) -> Declaration:
    """Deliver every event, and part of the commands, `times` times."""
    return member(REDELIVERY, BROKER, times=times)
