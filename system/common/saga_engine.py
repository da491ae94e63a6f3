"""Runs sagas: every step persisted, resumed by any instance after a crash, one active saga per subject.

A saga is run under a lease (a fresh name for each claim, and a time by the database's clock); SKIP LOCKED lets instances
share what is due. Each step's outcome is written only if the lease is still the one it was claimed under, so an executor
that was paused past its lease writes nothing; that its remote calls may be repeated is why steps are idempotent by
(saga, step). One active saga per subject is a unique index: (subject, active), with `active` NULL once at rest.
"""

import asyncio
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Integer,
    MetaData,
    String,
    Table,
    insert,
    select,
    update,
)

from system.common.background import pause
from system.common.database import NOW, Database, Transaction, in_seconds
from system.common.errors import ShopError
from system.common.randomness import backoff
from system.common.saga import Definition, Done, Outcome, Saga, State
from system.common.telemetry import STEPS, log

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
    Column("reason", String(100), nullable=False),
    Column("data", JSON, nullable=False),
    Column("lease", String(100), nullable=False),
    Column("lease_until", DateTime, nullable=False),
    Column("due_at", DateTime, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("updated_at", DateTime, nullable=False),
)
STEP_LOG = Table(
    "saga_steps",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("saga_id", String(36), nullable=False),
    Column("step", String(40), nullable=False),
    Column("direction", String(10), nullable=False),
    Column("outcome", String(120), nullable=False),
    Column("executor", String(100), nullable=False),
    Column("at", DateTime, nullable=False),
)
LEASE_S = 15.0
RESUME_BATCH = 100
POLL_S = 0.5


class SagaEngine:
    """Starts, runs and resumes the sagas of one service."""

    def __init__(
        self, database: Database, definitions: Sequence[Definition], *, instance: str, lease_s: float = LEASE_S
    ) -> None:
        self._database = database
        self._definitions = {d.kind: d for d in definitions}
        self._instance = instance
        self._life = f"{instance}:{uuid.uuid4().hex[:8]}:"
        self._lease_s = lease_s

    async def start(
        self, tx: Transaction, kind: str, subjects: Mapping[str, Mapping[str, str]], *, leased: bool = True
    ) -> list[Saga]:
        """Persist a saga per subject (with its data) in the caller's transaction, leased to this instance for `execute`.

        Not `leased`, it is left to the loop of whichever instance comes by first.

        Raises sqlalchemy.exc.IntegrityError when a subject has an active saga already.
        """
        lease = self._new_lease()
        sagas = [Saga(str(uuid.uuid4()), kind, subject, lease, dict(data)) for subject, data in subjects.items()]
        rows = [
            {
                "id": s.id, "kind": s.kind, "subject": s.subject, "active": True, "state": s.state.value, "step": 0,
                "attempts": 0, "reason": "", "data": dict(s.data), "lease": s.lease,
            }
            for s in sagas
        ]  # fmt: skip
        if rows:
            await tx.execute(insert(SAGAS).values(lease_until=in_seconds(self._lease_s if leased else 0)), rows)
        return sagas

    async def execute(self, sagas: Sequence[Saga]) -> list[Saga]:
        """Run leased sagas, in batches of the same step, until each is at rest or must wait; returns where they are.

        A saga whose lease was lost on the way is missing from the answer: it is somebody else's now.
        """
        resting: list[Saga] = []
        moving = list(sagas)
        while moving:
            advanced: list[Saga] = []
            for _, group in groupby(sorted(moving, key=_place), key=_place):
                advanced += await self._advance([replace(s, attempts=0) for s in group])
            resting += [s for s in advanced if s.state.at_rest or s.attempts]
            moving = [s for s in advanced if not (s.state.at_rest or s.attempts)]
        return resting

    async def loop(self, stop: asyncio.Event) -> None:
        """Resume until `stop` whatever is due and unleased. Leases of this instance's former lives are dropped at once."""
        await self._database.run(self._drop_former_leases)
        while not stop.is_set():
            claimed = await self._database.run(self._claim)
            if claimed:
                log.info("resuming sagas", count=len(claimed))
                await self.execute(claimed)
            else:
                await pause(stop, POLL_S)

    async def _advance(self, batch: Sequence[Saga]) -> list[Saga]:
        """Do (or undo) the next remote step of a batch, write it down, and end those that have no step left."""
        definition, sample = self._definitions[batch[0].kind], batch[0]
        step = definition.steps[sample.step]
        act = step.act if sample.state is State.RUNNING else step.undo
        try:
            outcomes: Sequence[Outcome] = await act(batch) if act else [Done()] * len(batch)
        except ShopError as error:
            failure = error
            return await self._database.run(lambda tx: self._postpone(tx, batch, step.name, failure))
        said = dict(zip((s.id for s in batch), outcomes, strict=True))
        return await self._database.run(lambda tx: self._write(tx, batch, said, step.name))

    async def _write(self, tx: Transaction, batch: Sequence[Saga], said: Mapping[str, Outcome], step: str) -> list[Saga]:
        held = await self._held(tx, batch)
        if not held:
            return []
        await self._log(tx, held, step, said)
        moved = [self._moved(saga, said[saga.id]) for saga in held]
        definition = self._definitions[moved[0].kind]
        for state, last in ((State.DONE, definition.finish), (State.COMPENSATED, definition.give_up)):
            if ended := [s for s in moved if s.state is state]:
                await last.act(tx, ended)
        await self._move(tx, moved)
        return moved

    async def _move(self, tx: Transaction, sagas: Sequence[Saga]) -> None:
        """Write where sagas are, one statement for all that are at the same place. Data of ended ones is of no more use."""
        for _, group in groupby(sorted(sagas, key=_written), key=_written):
            same = list(group)
            changes: dict[str, object] = {"state": same[0].state.value, "step": same[0].step, "reason": same[0].reason}
            changes |= {"active": None} if same[0].state.at_rest else {"data": dict(same[0].data)}
            write = update(SAGAS).where(SAGAS.c.id.in_([s.id for s in same])).values(changes)
            await tx.execute(write.values(attempts=0, lease_until=in_seconds(self._lease_s), due_at=NOW))

    def _moved(self, saga: Saga, outcome: Outcome) -> Saga:
        """Where an outcome takes a saga. A refused undo is a defect of the step: undoing may fail, never be refused."""
        forward = saga.state is State.RUNNING
        if isinstance(outcome, Done):
            step = saga.step + (1 if forward else -1)
            moved = replace(saga, step=step, data={**saga.data, **outcome.data})
        elif forward:
            moved = replace(saga, state=State.COMPENSATING, step=saga.step - 1, reason=outcome.reason)
        else:
            raise AssertionError(f"compensation of {saga.kind} step {saga.step} was refused: {outcome.reason}")
        if moved.state is State.RUNNING and moved.step == len(self._definitions[saga.kind].steps):
            return replace(moved, state=State.DONE)
        if moved.state is State.COMPENSATING and moved.step < 0:
            return replace(moved, state=State.COMPENSATED)
        return moved

    async def _held(self, tx: Transaction, batch: Sequence[Saga]) -> list[Saga]:
        """Lock the rows; those of the batch whose lease is still the one they were claimed under."""
        query = select(SAGAS.c.id, SAGAS.c.lease).where(SAGAS.c.id.in_([s.id for s in batch]), SAGAS.c.active.is_(True))
        leases = {row.id: row.lease for row in await tx.execute(query.with_for_update())}
        held = [s for s in batch if leases.get(s.id) == s.lease]
        if len(held) < len(batch):
            log.warning("lease lost", saga=batch[0].kind, count=len(batch) - len(held))
        return held

    async def _postpone(self, tx: Transaction, batch: Sequence[Saga], step: str, error: ShopError) -> list[Saga]:
        held = await self._held(tx, batch)
        attempts = 1 + max(
            (await tx.execute(select(SAGAS.c.attempts).where(SAGAS.c.id.in_([s.id for s in held])))).scalars(), default=0
        )
        log.warning("saga step failed", saga=batch[0].kind, step=step, count=len(batch), attempts=attempts, error=str(error))
        STEPS.labels(batch[0].kind, step, "do" if batch[0].state is State.RUNNING else "undo", "failed").inc(len(batch))
        later = update(SAGAS).where(SAGAS.c.id.in_([s.id for s in held]))
        delay_s = backoff(attempts, first_s=0.2, most_s=5)
        await tx.execute(later.values(attempts=attempts, due_at=in_seconds(delay_s), lease_until=NOW))
        return [replace(s, attempts=attempts) for s in held]

    async def _log(self, tx: Transaction, batch: Sequence[Saga], step: str, said: Mapping[str, Outcome]) -> None:
        direction = "do" if batch[0].state is State.RUNNING else "undo"
        rows = []
        for saga in batch:
            outcome = said[saga.id]
            word = "done" if isinstance(outcome, Done) else outcome.reason
            STEPS.labels(saga.kind, step, direction, word).inc()
            rows.append({"saga_id": saga.id, "step": step, "direction": direction, "outcome": word, "executor": saga.lease})
        await tx.execute(insert(STEP_LOG), rows)

    async def _claim(self, tx: Transaction) -> list[Saga]:
        due = (
            select(SAGAS)
            .where(SAGAS.c.active.is_(True), SAGAS.c.due_at <= NOW, SAGAS.c.lease_until <= NOW)
            .where(SAGAS.c.kind.in_(self._definitions))  # a kind of a newer release waits for an instance that knows it
            .order_by(SAGAS.c.due_at)
            .limit(RESUME_BATCH)
        )
        rows = (await tx.execute(due.with_for_update(skip_locked=True))).all()
        lease = self._new_lease()
        if rows:
            mine = update(SAGAS).where(SAGAS.c.id.in_([r.id for r in rows]))
            await tx.execute(mine.values(lease=lease, lease_until=in_seconds(self._lease_s)))
        return [Saga(r.id, r.kind, r.subject, lease, r.data, State(r.state), r.step, r.attempts, r.reason) for r in rows]

    def _new_lease(self) -> str:
        return f"{self._life}{uuid.uuid4().hex[:8]}"

    async def _drop_former_leases(self, tx: Transaction) -> None:
        former = SAGAS.c.lease.startswith(f"{self._instance}:", autoescape=True)
        current = SAGAS.c.lease.startswith(self._life, autoescape=True)
        await tx.execute(update(SAGAS).where(SAGAS.c.active.is_(True), former, ~current).values(lease_until=NOW))


def _place(saga: Saga) -> tuple[str, str, int]:
    return saga.kind, saga.state.value, saga.step


def _written(saga: Saga) -> tuple[str, int, str, str]:
    return saga.state.value, saga.step, saga.reason, "" if saga.state.at_rest else json.dumps(saga.data, sort_keys=True)
