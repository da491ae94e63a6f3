"""fences: a lock holder drew its fencing token: event `token_drawn`, about an instance; a write was refused because a later
holder had written: `fenced_off`, about a product.

Both are rows of the shop's databases, kept by those who drew and refused, so nothing is missed while nobody looks.
"""

import asyncio
from collections.abc import Callable

from chaos.subject.watchers.looks import looks
from chaos.subject.watchers.sight import Sight
from harness.history import Recorder, Row
from harness.system.sql import Access

DRAWN = "token_drawn"
FENCED_OFF = "fenced_off"

# The last ones, not those above the last one seen: rows become visible in another order than they are numbered.
TOKENS = "SELECT token AS id, holder FROM fencing_tokens ORDER BY token DESC LIMIT 100"
REFUSALS = "SELECT id, product_id, token, written FROM fenced_off ORDER BY id DESC LIMIT 100"


async def fences(subject: Sight, recorder: Recorder, ready: asyncio.Event) -> None:
    """See Watcher."""

    def drawn(row: Row) -> None:
        holder = str(row["holder"])
        recorder.event(DRAWN, holder.rpartition(":")[0], {"token": row["id"], "value": holder})

    def refused(row: Row) -> None:
        recorder.event(FENCED_OFF, str(row["product_id"]), {"token": row["token"], "written": row["written"]})

    looking = [asyncio.Event(), asyncio.Event()]
    async with asyncio.TaskGroup() as group:
        group.create_task(new_rows(subject.stack.mysql("order"), TOKENS, looking[0], drawn))
        group.create_task(new_rows(subject.stack.mysql("product"), REFUSALS, looking[1], refused))
        await asyncio.gather(*(each.wait() for each in looking))
        ready.set()


async def new_rows(access: Access, query: str, looking: asyncio.Event, tell: Callable[[Row], None]) -> None:
    """Tell every row that was not there at the first look, once."""
    known: set[object] | None = None
    async for rows in looks(access, query, looking):
        present = {row["id"]: row for row in reversed(rows)}
        for number in [number for number in present if known is not None and number not in known]:
            tell(present[number])
        known = set(present) | (known or set())
