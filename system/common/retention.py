"""Deletes what is past: rows that only say what was, and that nothing reads any more after a while.

In batches of a size that a transaction holds for milliseconds, found by an index on their time; SKIP LOCKED lets instances
share the work. Business data (orders, payments, stock, its ledger) is kept.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Column, ColumnElement, delete, select
from sqlalchemy import Table as SqlTable

from system.common.background import pause
from system.common.database import Database, Transaction, in_seconds
from system.common.telemetry import EXPIRED_ROWS, log

BATCH = 500
POLL_S = 60.0


@dataclass(frozen=True)
class Past:
    """Rows of a table that are past `keep_s` seconds after their time, of those that meet the condition."""

    table: SqlTable
    key: Column[str] | Column[int]
    time: Column[object]
    condition: ColumnElement[bool] | None = None


class Retention:
    """Deletes from tables of one schema."""

    def __init__(self, database: Database, past: Sequence[Past], *, keep_s: float) -> None:
        self._database = database
        self._past = past
        self._keep_s = keep_s

    async def loop(self, stop: asyncio.Event) -> None:
        """A background loop: delete what is past, every `POLL_S` seconds."""
        while not stop.is_set():
            await self.sweep()
            await pause(stop, POLL_S)

    async def sweep(self) -> None:
        """Delete all that is past now, batch after batch."""
        for past in self._past:
            deleted = 0
            while (of_batch := await self._database.run(partial(self._delete, past=past))) > 0:
                deleted += of_batch
            if deleted:
                EXPIRED_ROWS.labels(past.table.name).inc(deleted)
                log.info("deleted what is past", table=past.table.name, rows=deleted)

    async def _delete(self, tx: Transaction, *, past: Past) -> int:
        query = select(past.key).where(past.time < in_seconds(-self._keep_s))
        query = query if past.condition is None else query.where(past.condition)
        keys = (await tx.execute(query.limit(BATCH).with_for_update(skip_locked=True))).scalars().all()
        if keys:
            await tx.execute(delete(past.table).where(past.key.in_(keys)))
        return len(keys)
