"""giving_back: a competing consumer takes commands, holds each for a while, and gives it back unacknowledged.

As an instance does that always fails: the shop's own consumers get these messages late, in another order, and marked as
redelivered. No message is lost by it.
"""

import asyncio

import aio_pika
from aio_pika.abc import AbstractConnection, AbstractIncomingMessage

from chaos.faults.broker import BROKER, HasBroker, assume_broker
from harness.experiment import Proof
from harness.faults.inventory import Declaration
from harness.faults.registry import fault_kind
from harness.faults.spec import FaultSpec
from harness.faults.targets import member

GIVING_BACK = "giving_back"
COMMANDS = "order.place"
AT_ONCE = 4
"""Commands that it holds at a time."""


@fault_kind(GIVING_BACK)
class GivingBack:
    """Consumes commands and rejects each after `hold_ms`, to be delivered again; heals by closing its connection."""

    hit: tuple[str, ...] = ()

    def __init__(self, spec: FaultSpec) -> None:
        self.spec = spec
        self.given_back = 0
        self._hold_s = spec.integer("hold_ms") / 1000
        self._connection: AbstractConnection | None = None

    async def assume(self, subject: HasBroker) -> None:
        """See Fault."""
        assume_broker(subject)

    async def inject(self, subject: HasBroker) -> None:
        """See Fault."""
        self._connection = await aio_pika.connect(subject.stack.amqp_url, timeout=5)
        channel = await self._connection.channel()
        await channel.set_qos(prefetch_count=AT_ONCE)
        queue = await channel.get_queue(COMMANDS)
        await queue.consume(self.gives_back)

    async def gives_back(self, message: AbstractIncomingMessage) -> None:
        """Hold a message, then reject it so that the broker delivers it again."""
        await asyncio.sleep(self._hold_s)
        await message.reject(requeue=True)
        self.given_back += 1

    async def prove(self, subject: HasBroker) -> Proof:
        """See Fault."""
        return Proof(effective=self.given_back > 0, detail=f"{self.given_back} commands were given back")

    async def heal(self, subject: HasBroker) -> str:
        """See Fault. The broker requeues what it still holds when its connection closes."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()
        return f"{self.given_back} commands were given back"


def giving_back(hold_ms: int) -> Declaration:
    """Take commands, and give each back after `hold_ms` ms."""
    return member(GIVING_BACK, BROKER, hold_ms=hold_ms)
