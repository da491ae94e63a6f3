"""A queue that was deleted is told; without one the fault has done nothing."""

from typing import Any

from chaos.faults.queue_deleted import QueueDeleted
from harness.faults.spec import FaultSpec


async def test_what_was_deleted_is_the_proof() -> None:
    fault = QueueDeleted(FaultSpec(kind="queue_deleted", members=("rabbitmq",), parameters={"queue": "events"}))
    shop: Any = None
    assert not (await fault.prove(shop)).effective
    fault.deleted.append("events")
    assert not (await fault.prove(shop)).effective, "its dead-letter queue is still there"
    fault.deleted.append("events.dead")
    proof = await fault.prove(shop)
    assert (proof.effective, proof.detail) == (True, "deleted: events, events.dead")
