"""mails: a letter arrived in a customer's mailbox: event `mail_delivered`, about an order."""

import asyncio

from chaos.subject.watchers.follow import follow
from chaos.subject.watchers.sight import Sight
from harness.history import Recorder

DELIVERED = "mail_delivered"


async def mails(subject: Sight, recorder: Recorder, ready: asyncio.Event) -> None:
    """See Watcher."""
    async for message in follow(subject.mailing, "/messages/follow", ready):
        recorder.event(DELIVERED, str(message["order_id"] or ""), {"message_id": message["message_id"]})
