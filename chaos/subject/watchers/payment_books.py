"""payments, outbox: what the payment service has stored: captures, and confirmations that wait to be sent."""

import asyncio

from shop.notification.v1.notification_pb2 import SendOrderConfirmationRequest

from chaos.observations.events import CAPTURE_COMMITTED, MAIL_QUEUED
from chaos.subject.watchers.sight import Sight
from chaos.subject.watchers.sources import poll_rows
from harness.history import Recorder

CAPTURED = "SELECT order_id, provider_payment_id FROM payments WHERE status = 'CAPTURED'"
WAITING = "SELECT message_id, HEX(payload) AS payload FROM outbox WHERE topic = 'order_confirmation' ORDER BY id"


async def payments(subject: Sight, recorder: Recorder, ready: asyncio.Event) -> None:
    """A capture is in payment's own books: event `capture_committed`, about an order.

    Comes after `capture`, which is the provider's word, and before anybody was answered.
    """
    known: set[str] | None = None
    async for rows in poll_rows(subject.stack.mysql("payment"), CAPTURED, ready):
        present = {str(row["order_id"]): str(row["provider_payment_id"]) for row in rows}
        for order in sorted(present.keys() - (present.keys() if known is None else known)):
            recorder.event(CAPTURE_COMMITTED, order, {"payment_id": present[order]})
        known = set(present)


async def outbox(subject: Sight, recorder: Recorder, ready: asyncio.Event) -> None:
    """A confirmation waits in payment's outbox: event `mail_queued`, about an order.

    One that leaves at once is not always seen waiting; while nobody takes them, all are.
    """
    told: set[str] = set()
    async for rows in poll_rows(subject.stack.mysql("payment"), WAITING, ready):
        waiting = {str(row["message_id"]): str(row["payload"]) for row in rows}
        for message in sorted(waiting.keys() - told):
            order = SendOrderConfirmationRequest.FromString(bytes.fromhex(waiting[message])).order_id
            recorder.event(MAIL_QUEUED, order, {"message_id": message})
        told |= waiting.keys()
