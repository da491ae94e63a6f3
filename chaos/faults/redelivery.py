"""redelivery: messages arrive more than once, as after a lost acknowledgement or a publisher that asked again.

Events: all of them are copied by a queue of the harness's own and published again. Commands go straight into the shop's queue,
which has no copy: there the harness competes for them and puts back, for each one that it gets, several. Copies keep the
message's id, headers and reply address, so that nothing but their number tells them from the first.
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
"""Header of what was published again, so that it is not copied a second time."""
AT_ONCE = 4
"""Commands that the harness holds at a time: the less, the more the shop's own consumers get."""


class Exchange(Protocol):
    """Where copies go."""

    async def publish(self, message: aio_pika.Message, routing_key: str, *, mandatory: bool = True) -> object:
        """Publish one."""


class Copier:
    """Has every message delivered `times` times, and counts by `published` how many more than one that makes."""

    def __init__(self, times: int) -> None:
        self._times = times
        self.published: Counter[str] = Counter()

    async def event(self, message: AbstractIncomingMessage, exchange: Exchange) -> None:
        """Somebody else has been given this event, too: publish it once less."""
        if COPY not in message.headers:
            await self._publish(message, exchange, self._times - 1)
            self.published[EVENTS] += self._times - 1
        await message.ack()

    async def command(self, message: AbstractIncomingMessage, exchange: Exchange) -> None:
        """Nobody else will be given this command: publish it, a copy that came back as it is."""
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
    """Has every event, and every command the harness can get hold of, delivered `times` times."""

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
        """See Fault. What the harness holds and has not put back goes back by itself when its connection ends."""
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
    """Everything so many times."""
    return member(REDELIVERY, BROKER, times=times)
