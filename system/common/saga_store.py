"""All SQL of the saga engine. Every function works in the caller's transaction.

One active saga per subject is a unique index: (subject, active), with `active` NULL once at rest. What is due is found by the
index (active, due_at): `active = true` uses it, `active IS true` reads the whole table. A parked saga is due at no time.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Integer,
    MetaData,
    String,
    Table,
    func,
    insert,
    select,
    true,
    update,
)

from system.common.database import NOW, Transaction, in_seconds
from system.common.saga import Saga, State

metadata = MetaData()
SAGAS = Table(
    "sagas",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("subject", String(36), nullable=False),
    Column("active", Boolean, nullable=True),
    Column("state", String(20), nullable=False),
    Column("step", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("defects", Integer, nullable=False),
    Column("error", String(300), nullable=False),
    Column("reason", String(100), nullable=False),
    Column("data", JSON, nullable=False),
    Column("lease", String(100), nullable=False),
    Column("lease_until", DateTime, nullable=False),
    Column("due_at", DateTime, nullable=False),
    Column("parked_at", DateTime, nullable=True),
    Column("created_at", DateTime, nullable=False),
    Column("updated_at", DateTime, nullable=False),
)
STEP_LOG = Table(
    "saga_steps",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("saga_id", String(36), nullable=False),
    Column("step", String(40), nullable=False),
    Column("direction", String(10), nullable=False),
    Column("outcome", String(120), nullable=False),
    Column("executor", String(100), nullable=False),
    Column("at", DateTime, nullable=False),
)
ACTIVE = SAGAS.c.active == true()
NEVER = datetime(9999, 12, 31)  # noqa: DTZ001 - a time of the database, which says no zone
_LONGEST_ERROR = 300


@dataclass(frozen=True)
class Step:
    """A line of the step log."""

    saga: Saga
    name: str
    direction: str
    outcome: str


async def add(tx: Transaction, sagas: Sequence[Saga], lease_s: float) -> None:
    """Write new sagas. Raises sqlalchemy.exc.IntegrityError when a subject has an active one already."""
    rows = [
        {
            "id": s.id, "kind": s.kind, "subject": s.subject, "active": True, "state": s.state.value, "step": 0,
            "attempts": 0, "defects": 0, "error": "", "reason": "", "data": dict(s.data), "lease": s.lease,
        }
        for s in sagas
    ]  # fmt: skip
    if rows:
        await tx.execute(insert(SAGAS).values(lease_until=in_seconds(lease_s)), rows)


async def claim(tx: Transaction, kinds: Collection[str], lease: str, lease_s: float, most: int) -> list[Saga]:
    """Lease what is due and leased to nobody, the longest due first. Kinds and states of a newer release are left to it."""
    due = (
        select(SAGAS)
        .where(ACTIVE, SAGAS.c.due_at <= NOW, SAGAS.c.lease_until <= NOW)
        .where(SAGAS.c.kind.in_(kinds), SAGAS.c.state.in_([state.value for state in State if not state.at_rest]))
        .order_by(SAGAS.c.due_at)
        .limit(most)
    )
    rows = (await tx.execute(due.with_for_update(skip_locked=True))).all()
    if rows:
        mine = update(SAGAS).where(SAGAS.c.id.in_([r.id for r in rows]))
        await tx.execute(mine.values(lease=lease, lease_until=in_seconds(lease_s)))
    return [Saga(r.id, r.kind, r.subject, lease, r.data, State(r.state), r.step, r.attempts, r.defects, r.reason) for r in rows]


async def held(tx: Transaction, batch: Sequence[Saga]) -> list[Saga]:
    """Lock the rows; those of the batch whose lease is still the one they were claimed under."""
    query = select(SAGAS.c.id, SAGAS.c.lease).where(SAGAS.c.id.in_([s.id for s in batch]), ACTIVE)
    leases = {row.id: row.lease for row in await tx.execute(query.with_for_update())}
    return [s for s in batch if leases.get(s.id) == s.lease]


async def move(tx: Transaction, sagas: Sequence[Saga], lease_s: float) -> None:
    """Write where sagas are, one statement for all that are at the same place. Data of ended ones is of no more use."""
    for _, group in groupby(sorted(sagas, key=_written), key=_written):
        same = list(group)
        changes: dict[str, object] = {"state": same[0].state.value, "step": same[0].step, "reason": same[0].reason}
        changes |= {"active": None} if same[0].state.at_rest else {"data": dict(same[0].data)}
        write = update(SAGAS).where(SAGAS.c.id.in_([s.id for s in same])).values(changes)
        await tx.execute(write.values(attempts=0, defects=0, lease_until=in_seconds(lease_s), due_at=NOW))


async def postpone(tx: Transaction, saga: Saga, delay_s: float, error: str) -> None:
    """Give a saga back, to be taken up in `delay_s` seconds."""
    later = update(SAGAS).where(SAGAS.c.id == saga.id)
    values = {"attempts": saga.attempts, "defects": saga.defects, "error": error[:_LONGEST_ERROR], "lease_until": NOW}
    await tx.execute(later.values(**values, due_at=in_seconds(delay_s)))


async def park(tx: Transaction, saga: Saga, error: str) -> None:
    """Take a saga out of what is due, until somebody makes it due again (`gauntlet sagas --resume`)."""
    aside = update(SAGAS).where(SAGAS.c.id == saga.id)
    values = {"attempts": saga.attempts, "defects": saga.defects, "error": error[:_LONGEST_ERROR], "lease_until": NOW}
    await tx.execute(aside.values(**values, due_at=NEVER, parked_at=NOW))


async def parked(tx: Transaction) -> dict[str, int]:
    """How many sagas are parked, by kind."""
    query = select(SAGAS.c.kind, func.count().label("parked")).where(ACTIVE, SAGAS.c.due_at == NEVER).group_by(SAGAS.c.kind)
    return {row.kind: row.parked for row in await tx.execute(query)}


async def log_steps(tx: Transaction, steps: Sequence[Step]) -> None:
    """Write down what was done."""
    rows = [
        {"saga_id": s.saga.id, "step": s.name, "direction": s.direction, "outcome": s.outcome, "executor": s.saga.lease}
        for s in steps
    ]
    if rows:
        await tx.execute(insert(STEP_LOG), rows)


async def drop_leases(tx: Transaction, of_instance: str, but_of: str) -> None:
    """End the leases of an instance's former lives; `but_of` begins those of its present one."""
    former = SAGAS.c.lease.startswith(of_instance, autoescape=True)
    current = SAGAS.c.lease.startswith(but_of, autoescape=True)
    await tx.execute(update(SAGAS).where(ACTIVE, former, ~current).values(lease_until=NOW))


def _written(saga: Saga) -> tuple[str, int, str, str]:
    return saga.state.value, saga.step, saga.reason, "" if saga.state.at_rest else json.dumps(saga.data, sort_keys=True)
