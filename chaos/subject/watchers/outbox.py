"""outbox: a confirmation waits in payment's outbox: event `mail_queued`, about an order.

One that leaves at once is not always seen waiting; while nobody takes them, all are.
"""

import asyncio

from shop.notification.v1.notification_pb2 import SendOrderConfirmationRequest

from chaos.subject.watchers.looks import looks
from chaos.subject.watchers.sight import Sight
from harness.history import Recorder

QUEUED = "mail_queued"
WAITING = "SELECT message_id, HEX(payload) AS payload FROM outbox WHERE topic = 'order_confirmation' ORDER BY id"


async def outbox(subject: Sight, recorder: Recorder, ready: asyncio.Event) -> None:
    """See Watcher."""
    told: set[str] = set()
    async for rows in looks(subject.stack.mysql("payment"), WAITING, ready):
        waiting = {str(row["message_id"]): str(row["payload"]) for row in rows}
        for message in sorted(waiting.keys() - told):
            order = SendOrderConfirmationRequest.FromString(bytes.fromhex(waiting[message])).order_id
            recorder.event(QUEUED, order, {"message_id": message})
        told |= waiting.keys()
