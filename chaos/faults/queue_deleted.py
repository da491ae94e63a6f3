"""queue_deleted: the broker no longer has a queue and its bindings, as a new broker that its consumer has not reached yet.

The consumers are to be cut off from the broker before: those that are not declare their queue again at once.
"""

import aio_pika

from chaos.faults.broker import BROKER, HasBroker, assume_broker
from harness.experiment import AssumptionError, Proof
from harness.faults.inventory import Declaration
from harness.faults.registry import fault_kind
from harness.faults.spec import FaultSpec
from harness.faults.targets import member

QUEUE_DELETED = "queue_deleted"


@fault_kind(QUEUE_DELETED)
class QueueDeleted:
    """Deletes `queue` and its dead-letter queue, which are empty and consumed by nobody; heals by nothing: the shop has to."""

    hit: tuple[str, ...] = ()

    def __init__(self, spec: FaultSpec) -> None:
        self.spec = spec
        self.deleted: list[str] = []
        self._queue = spec.text("queue")

    async def assume(self, subject: HasBroker) -> None:
        """See Fault."""
        assume_broker(subject)

    async def inject(self, subject: HasBroker) -> None:
        """See Fault. Raises AssumptionError when there is no such queue."""
        async with await aio_pika.connect(subject.stack.amqp_url, timeout=5) as connection:
            channel = await connection.channel()
            for name in (self._queue, f"{self._queue}.dead"):
                try:
                    queue = await channel.get_queue(name)
                except aio_pika.exceptions.ChannelNotFoundEntity as error:
                    raise AssumptionError(f"the broker has no queue {name}") from error
                await queue.delete(if_unused=False, if_empty=False)  # quorum queues know no conditions
            for name in (self._queue, f"{self._queue}.dead"):
                try:
                    await (await connection.channel()).get_queue(name)
                except aio_pika.exceptions.ChannelNotFoundEntity:
                    self.deleted.append(name)

    async def prove(self, subject: HasBroker) -> Proof:
        """See Fault."""
        return Proof(effective=len(self.deleted) == 2, detail=f"deleted: {', '.join(self.deleted) or 'nothing'}")

    async def heal(self, subject: HasBroker) -> str:
        """See Fault."""
        return "left to whoever needs the queue"


def queue_deleted(queue: str) -> Declaration:
    """Delete this queue, its dead-letter queue and their bindings."""
    return member(QUEUE_DELETED, BROKER, queue=queue)
