"""payments: a capture is in payment's own books: event `capture_committed`, about an order.

Comes after `capture`, which is the provider's word, and before anybody was answered.
"""

import asyncio

from chaos.subject.watchers.looks import looks
from chaos.subject.watchers.sight import Sight
from harness.history import Recorder

COMMITTED = "capture_committed"
CAPTURED = "SELECT order_id, provider_payment_id FROM payments WHERE status = 'CAPTURED'"


async def payments(subject: Sight, recorder: Recorder, ready: asyncio.Event) -> None:
    """See Watcher."""
    known: set[str] | None = None
    async for rows in looks(subject.stack.mysql("payment"), CAPTURED, ready):
        present = {str(row["order_id"]): str(row["provider_payment_id"]) for row in rows}
        for order in sorted(present.keys() - (present.keys() if known is None else known)):
            recorder.event(COMMITTED, order, {"payment_id": present[order]})
        known = set(present)
