"""The transactional outbox: what must leave is written in the transaction that makes it true, and delivered afterwards.

A relay claims due rows (SKIP LOCKED, so instances share the work), delivers each, and deletes it once the other side has
confirmed. Delivery is at least once: a crash in between delivers again, and the receiver's inbox or idempotency removes the
duplicate. A delivery that fails stays, with a growing delay, for as long as it takes (Richardson, "Transactional outbox").
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)

from system.common.database import NOW, Database, Transaction, in_seconds
from system.common.errors import ShopError
from system.common.randomness import backoff
from system.common.telemetry import OUTBOX_LAG, log, outgoing_trace

metadata = MetaData()
TABLE = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("message_id", String(36), nullable=False, unique=True),
    Column("topic", String(100), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("headers", JSON, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", DateTime, nullable=False),
)
BATCH = 100
LEASE_S = 10.0
"""How long others leave claimed rows alone: longer than a delivery takes; so long a message may lie after a crash."""
POLL_S = 0.5


@dataclass(frozen=True)
class Outgoing:
    """A message on its way out. `message_id` is the same for every delivery of it."""

    message_id: str
    topic: str
    payload: bytes
    headers: Mapping[str, str]
    attempts: int = 0


Deliver = Callable[[Outgoing], Awaitable[None]]
"""Hands a message over; returns once the other side has it for good; raises ShopError to be called again later."""


class Outbox:
    """Writes to the outbox of one schema, and relays from it."""

    def __init__(self, database: Database, deliver: Deliver, *, name: str) -> None:
        self._database = database
        self._deliver = deliver
        self._name = name
        self._written = asyncio.Event()

    async def write(self, tx: Transaction, messages: Sequence[tuple[str, str, bytes]]) -> None:
        """Add (message_id, topic, payload) rows in the caller's transaction. Call `wake` after it committed."""
        if not messages:
            return
        headers = outgoing_trace()
        rows = [{"message_id": key, "topic": topic, "payload": body, "headers": headers} for key, topic, body in messages]
        await tx.execute(insert(TABLE), rows)

    def wake(self) -> None:
        """Tell the relay that something was committed, so that it need not wait for its next look."""
        self._written.set()

    async def loop(self, stop: asyncio.Event) -> None:
        """Relay until `stop`: at once when woken, else every `POLL_S` seconds."""
        while not stop.is_set():
            self._written.clear()
            if not await self.relay():
                await self.measure()
                await self._wait(stop)

    async def measure(self) -> None:
        """The metric says how many messages wait, due or not."""
        OUTBOX_LAG.labels(self._name).set(await self._database.run(self._backlog))

    async def relay(self) -> int:
        """Deliver what is due, at most `BATCH` rows; returns how many were claimed."""
        claimed = await self._database.run(self._claim)
        results = await asyncio.gather(*(self._try(message) for _, message in claimed))
        delivered = [row for (row, _), error in zip(claimed, results, strict=True) if error is None]
        failed = [(row, m) for (row, m), error in zip(claimed, results, strict=True) if error is not None]
        if claimed:
            await self._database.run(lambda tx: self._settle(tx, delivered, failed))
        return len(delivered)

    async def _try(self, message: Outgoing) -> Exception | None:
        try:
            await self._deliver(message)
        except ShopError as error:
            log.warning("delivery failed", outbox=self._name, message_id=message.message_id, error=str(error))
            return error
        except Exception as error:  # noqa: BLE001 - one that cannot be delivered must not keep the others
            log.error("delivery failed", outbox=self._name, message_id=message.message_id, exc_info=error)
            return error
        return None

    @staticmethod
    async def _backlog(tx: Transaction) -> int:
        return int((await tx.execute(select(func.count()).select_from(TABLE))).scalar_one())

    @staticmethod
    async def _claim(tx: Transaction) -> list[tuple[int, Outgoing]]:
        due = select(TABLE).where(TABLE.c.due_at <= NOW).order_by(TABLE.c.id).limit(BATCH)
        rows = (await tx.execute(due.with_for_update(skip_locked=True))).all()
        if rows:
            leased = update(TABLE).where(TABLE.c.id.in_([r.id for r in rows])).values(due_at=in_seconds(LEASE_S))
            await tx.execute(leased)
        return [(r.id, Outgoing(r.message_id, r.topic, r.payload, r.headers, r.attempts)) for r in rows]

    @staticmethod
    async def _settle(tx: Transaction, delivered: Sequence[int], failed: Sequence[tuple[int, Outgoing]]) -> None:
        if delivered:
            await tx.execute(delete(TABLE).where(TABLE.c.id.in_(delivered)))
        for row, message in failed:
            delay_s = backoff(message.attempts + 1, first_s=0.2, most_s=5)
            again = update(TABLE).where(TABLE.c.id == row)
            await tx.execute(again.values(attempts=TABLE.c.attempts + 1, due_at=in_seconds(delay_s)))

    async def _wait(self, stop: asyncio.Event) -> None:
        waits = [asyncio.create_task(self._written.wait()), asyncio.create_task(stop.wait())]
        await asyncio.wait(waits, timeout=POLL_S, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
