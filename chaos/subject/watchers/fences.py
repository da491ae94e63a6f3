"""fences: fencing tokens drawn, and writes refused for a lower one.

Both are rows of the shop's databases, so nothing is missed between polls.
"""

import asyncio
from collections.abc import Callable

from chaos.observations.events import TOKEN_DRAWN, WRITE_FENCED_OFF
from chaos.subject.watchers.sources import poll_rows
from chaos.subject.watchers.watched import WatchedSystem
from harness.history import Recorder, Row
from harness.system.sql import Access

# The last ones, not those above the last one seen: rows become visible in another order than they are numbered.
TOKENS = "SELECT token AS id, holder FROM fencing_tokens ORDER BY token DESC LIMIT 100"
REFUSALS = "SELECT id, product_id, token, written FROM fenced_off ORDER BY id DESC LIMIT 100"


async def fences(subject: WatchedSystem, recorder: Recorder, ready: asyncio.Event) -> None:
    """A lock holder drew its fencing token: event `token_drawn`, about an instance; a write was refused because a later holder
    had written: `fenced_off`, about a product.
    """

    def drawn(row: Row) -> None:
        holder = str(row["holder"])
        recorder.event(TOKEN_DRAWN, holder.rpartition(":")[0], {"token": row["id"], "value": holder})

    def refused(row: Row) -> None:
        recorder.event(WRITE_FENCED_OFF, str(row["product_id"]), {"token": row["token"], "written": row["written"]})

    watching = [asyncio.Event(), asyncio.Event()]
    async with asyncio.TaskGroup() as group:
        group.create_task(new_rows(subject.stack.mysql("order"), TOKENS, watching[0], drawn))
        group.create_task(new_rows(subject.stack.mysql("product"), REFUSALS, watching[1], refused))
        await asyncio.gather(*(each.wait() for each in watching))
        ready.set()


async def new_rows(access: Access, query: str, watching: asyncio.Event, tell: Callable[[Row], None]) -> None:
    """Call `tell` once with every row that was not there at the first poll."""
    known: set[object] | None = None
    async for rows in poll_rows(access, query, watching):
        present = {row["id"]: row for row in reversed(rows)}
        for number in [number for number in present if known is not None and number not in known]:
            tell(present[number])
        known = set(present) | (known or set())
