"""payments, outbox: rows of the payment service: captures, and confirmations in its outbox."""

import asyncio

from shop.notification.v1.notification_pb2 import SendOrderConfirmationRequest

from chaos.observations.events import CAPTURE_COMMITTED, MAIL_QUEUED
from chaos.subject.watchers.sources import poll_rows
from chaos.subject.watchers.watched import WatchedSystem
from harness.history import Recorder

CAPTURED = "SELECT order_id, provider_payment_id FROM payments WHERE status = 'CAPTURED'"
WAITING = "SELECT message_id, HEX(payload) AS payload FROM outbox WHERE topic = 'order_confirmation' ORDER BY id"


async def payments(subject: WatchedSystem, recorder: Recorder, ready: asyncio.Event) -> None:
    """A capture is committed in payment's database: event `capture_committed`, about an order.

    It follows `capture`, which is read from the provider's ledger, and precedes the answer to order.
    """
    known: set[str] | None = None
    async for rows in poll_rows(subject.stack.mysql("payment"), CAPTURED, ready):
        present = {str(row["order_id"]): str(row["provider_payment_id"]) for row in rows}
        for order in sorted(present.keys() - (present.keys() if known is None else known)):
            recorder.event(CAPTURE_COMMITTED, order, {"payment_id": present[order]})
        known = set(present)


async def outbox(subject: WatchedSystem, recorder: Recorder, ready: asyncio.Event) -> None:
    """A confirmation is in payment's outbox: event `mail_queued`, about an order.

    One that is published between two polls is missed; while publishing is blocked, none is.
    """
    told: set[str] = set()
    async for rows in poll_rows(subject.stack.mysql("payment"), WAITING, ready):
        waiting = {str(row["message_id"]): str(row["payload"]) for row in rows}
        for message in sorted(waiting.keys() - told):
            order = SendOrderConfirmationRequest.FromString(bytes.fromhex(waiting[message])).order_id
            recorder.event(MAIL_QUEUED, order, {"message_id": message})
        told |= waiting.keys()
