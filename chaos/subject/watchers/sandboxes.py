"""captures, mails: the streams of the payment provider's ledger and of the mailbox."""

import asyncio

from chaos.observations.events import MAIL_DELIVERED
from chaos.subject.watchers.sources import follow_lines
from chaos.subject.watchers.watched import WatchedSystem
from harness.history import Recorder


async def captures(subject: WatchedSystem, recorder: Recorder, ready: asyncio.Event) -> None:
    """Entries of the payment provider's ledger: events `capture`, `refund`, `decline`, about an order."""
    async for entry in follow_lines(subject.paying, "/ledger/follow", ready):
        recorder.event(str(entry["kind"]), str(entry["reference"]), {"payment_id": entry["payment_id"]})


async def mails(subject: WatchedSystem, recorder: Recorder, ready: asyncio.Event) -> None:
    """A mail was delivered to the mailbox: event `mail_delivered`, about an order."""
    async for message in follow_lines(subject.mailing, "/messages/follow", ready):
        recorder.event(MAIL_DELIVERED, str(message["order_id"] or ""), {"message_id": message["message_id"]})
