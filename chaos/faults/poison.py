"""poison: publishes messages that are no command, or can never become an order, and belong into the dead-letter queue.

Proved when all of them are there, rejected by a consumer, and none is in the queue any more. Healing removes them.
"""

import asyncio
import base64
import uuid
from collections.abc import Iterable
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from chaos.faults.broker import BROKER, HasBroker, assume_broker
from chaos.faults.hopeless_commands import hopeless
from chaos.observations.rest import POISON
from harness.experiment import Proof
from harness.faults.inventory import Declaration, Inventory
from harness.faults.registry import fault_kind
from harness.faults.spec import FaultSpec, SpecError
from harness.waiting import NotYet, WaitTimeout, wait_until_async

QUEUE = "order.place"
DEAD = f"{QUEUE}.dead"
REFUSED = "rejected"
"""The `reason` in the x-death header of a message that a consumer rejected."""
DEAD_S = 15.0
"""Within how many seconds the shop has to reject them."""
APART_S = 0.1
"""Seconds between two of them, so that they share batches with real messages."""


@fault_kind(POISON)
class Poison:
    """Publishes the spec's `messages` (base64 bodies by message id) in their order."""

    hit: tuple[str, ...] = ()

    def __init__(self, spec: FaultSpec) -> None:
        self.spec = spec
        messages = spec.parameters.get("messages")
        if not isinstance(messages, dict):
            raise SpecError(f"{POISON} needs messages")
        self._bodies = {name: base64.b64decode(str(body)) for name, body in messages.items()}

    async def assume(self, subject: HasBroker) -> None:
        """See Fault."""
        assume_broker(subject)

    async def inject(self, subject: HasBroker) -> None:
        """See Fault. Returns when the broker has confirmed all of them."""
        async with await aio_pika.connect(subject.stack.amqp_url, timeout=5) as connection:
            channel = await connection.channel()
            for name, body in self._bodies.items():
                message = aio_pika.Message(body, message_id=name, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
                await channel.default_exchange.publish(message, QUEUE)
                await asyncio.sleep(APART_S)

    async def prove(self, subject: HasBroker) -> Proof:
        """See Fault. Waits until all are dead-lettered, within the bound."""

        async def all_dead() -> bool:
            # Counted first, because each read consumes and requeues them, and a broker may limit redeliveries.
            if (lying := await _lying(subject)) < len(self._bodies):
                raise NotYet(f"{lying} of {len(self._bodies)} are there")
            if missing := self._bodies.keys() - await _dead(subject, self._bodies, take=False):
                raise NotYet(f"{len(missing)} of {len(self._bodies)} are not among them")
            return True

        try:
            await wait_until_async(all_dead, what=f"the poison is in {DEAD}", timeout_s=DEAD_S, poll_s=0.5)
        except WaitTimeout as error:
            return Proof(effective=False, detail=str(error))
        return Proof(effective=True, detail=f"{len(self._bodies)} messages were refused and lie in {DEAD}")

    async def heal(self, subject: HasBroker) -> str:
        """See Fault."""
        taken = await _dead(subject, self._bodies, take=True)
        return f"{len(taken)} of {len(self._bodies)} messages taken out of {DEAD}"


async def _lying(subject: HasBroker) -> int:
    async with await aio_pika.connect(subject.stack.amqp_url, timeout=5) as connection:
        queue = await (await connection.channel()).declare_queue(DEAD, passive=True)
    return queue.declaration_result.message_count or 0


async def _dead(subject: HasBroker, ours: Iterable[str], *, take: bool) -> set[str]:
    """Ids of our messages that were rejected into the dead-letter queue; the others, or without `take` all, are requeued."""
    found: set[str] = set()
    async with await aio_pika.connect(subject.stack.amqp_url, timeout=5) as connection:
        channel = await connection.channel()
        queue = await channel.get_queue(DEAD)
        looked_at = []
        while (message := await queue.get(fail=False)) is not None:
            looked_at.append(message)
        for message in looked_at:
            mine = message.message_id in set(ours) and refused(message)
            found |= {str(message.message_id)} if mine else set()
            if mine and take:
                await message.ack()
            else:
                await message.nack(requeue=True)
    return found


def refused(message: AbstractIncomingMessage) -> bool:
    """Whether its x-death header says that a consumer of the queue rejected it."""
    deaths = message.headers.get("x-death")
    if not isinstance(deaths, list) or not deaths or not isinstance(deaths[0], dict):
        return False
    return _text(deaths[0].get("queue")) == QUEUE and _text(deaths[0].get("reason")) == REFUSED


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _noise(random: Random) -> bytes:
    """Bytes that protobuf cannot decode: they begin with an invalid field number."""
    return b"\x00" + random.randbytes(40)


def poison(count: int) -> Declaration:
    """`count` messages of each kind (noise, and every hopeless command), in an order drawn from the seed."""

    def declared(inventory: Inventory, random: Random) -> FaultSpec:
        bodies = []
        for _ in range(count):
            bodies += [_noise(random), *(broken.SerializeToString() for _, broken in hopeless(random))]
        random.shuffle(bodies)
        named = {f"poison-{uuid.UUID(int=random.getrandbits(128))}": base64.b64encode(body).decode() for body in bodies}
        return FaultSpec(kind=POISON, members=inventory.require(BROKER), parameters={"messages": {**named}})

    return declared
