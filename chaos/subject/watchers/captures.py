"""captures: money moved, by the payment provider's own ledger: events `capture`, `refund`, `decline`, about an order."""

import asyncio

from chaos.subject.watchers.follow import follow
from chaos.subject.watchers.sight import Sight
from harness.history import Recorder

CAPTURE = "capture"
REFUND = "refund"


async def captures(subject: Sight, recorder: Recorder, ready: asyncio.Event) -> None:
    """See Watcher."""
    async for entry in follow(subject.paying, "/ledger/follow", ready):
        recorder.event(str(entry["kind"]), str(entry["reference"]), {"payment_id": entry["payment_id"]})
