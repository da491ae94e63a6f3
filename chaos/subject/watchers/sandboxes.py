"""captures, mails: what the payment provider's ledger and the customers' mailbox tell line by line."""

import asyncio

from chaos.observations.events import MAIL_DELIVERED
from chaos.subject.watchers.sight import Sight
from chaos.subject.watchers.sources import follow_lines
from harness.history import Recorder


async def captures(subject: Sight, recorder: Recorder, ready: asyncio.Event) -> None:
    """Money moved, by the payment provider's own ledger: events `capture`, `refund`, `decline`, about an order."""
    async for entry in follow_lines(subject.paying, "/ledger/follow", ready):
        recorder.event(str(entry["kind"]), str(entry["reference"]), {"payment_id": entry["payment_id"]})


async def mails(subject: Sight, recorder: Recorder, ready: asyncio.Event) -> None:
    """A letter arrived in a customer's mailbox: event `mail_delivered`, about an order."""
    async for message in follow_lines(subject.mailing, "/messages/follow", ready):
        recorder.event(MAIL_DELIVERED, str(message["order_id"] or ""), {"message_id": message["message_id"]})
