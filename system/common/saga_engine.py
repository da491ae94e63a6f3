"""Runs sagas: every step persisted, resumed by any instance after a crash, one active saga per subject.

A saga is run under a lease (a fresh name for each claim, and a time by the database's clock); SKIP LOCKED lets instances
share what is due. Each step's outcome is written only if the lease is still the one it was claimed under, so an executor
that was paused past its lease writes nothing; that its remote calls may be repeated is why steps are idempotent by
(saga, step).

A step that fails is done again later, with backoff. Sagas whose step failed are tried in smaller groups, down to one, and in
larger ones again once one succeeded, so that one at fault does not take the others with it and an outage is made up for
quickly. While something is away a saga waits for as long as it takes; one that fails `park_after` times although nothing is
away is parked: visible (metric sagas_parked), and taken up again by whoever has mended the reason.
"""

import asyncio
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby

from opentelemetry import trace

from system.common import saga_store
from system.common.background import pause
from system.common.database import Database, Transaction
from system.common.errors import DeadlineExceeded, ShopError, StaleFencingToken, TooManyRequests, Unavailable
from system.common.randomness import backoff
from system.common.saga import Definition, Done, Failed, Outcome, Refused, Saga, State
from system.common.telemetry import PARKED, STEPS, continue_trace, log, outgoing_trace

LEASE_S = 15.0
RESUME_BATCH = 100
POLL_S = 0.5
PARKED_POLL_S = 5.0
PARK_AFTER = 20
"""With the backoff: after about 80 s."""
HOPELESS_RUN = 3
"""Groups that fail one after the other before the rest of what was claimed is left for later without being asked."""
TRACE = "trace."
"""Begins the keys of a saga's data that carry the trace it was started in."""
AWAY = (Unavailable, DeadlineExceeded, TooManyRequests, StaleFencingToken)
"""Failures that say nothing about the saga."""


class SagaEngine:
    """Starts, runs and resumes the sagas of one service."""

    def __init__(
        self,
        database: Database,
        definitions: Sequence[Definition],
        *,
        instance: str,
        lease_s: float = LEASE_S,
        park_after: int = PARK_AFTER,
    ) -> None:
        self._database = database
        self._definitions = {d.kind: d for d in definitions}
        self._instance = instance
        self._life = f"{instance}:{uuid.uuid4().hex[:8]}:"
        self._lease_s = lease_s
        self._park_after = park_after

    async def start(
        self, tx: Transaction, kind: str, subjects: Mapping[str, Mapping[str, str]], *, leased: bool = True
    ) -> list[Saga]:
        """Persist a saga per subject (with its data) in the caller's transaction, leased to this instance for `execute`.

        Not `leased`, it is left to the loop of whichever instance comes by first.

        Raises sqlalchemy.exc.IntegrityError when a subject has an active saga already.
        """
        lease = self._new_lease()
        began_in = {f"{TRACE}{key}": value for key, value in outgoing_trace().items()}
        sagas = [Saga(str(uuid.uuid4()), kind, subject, lease, {**data, **began_in}) for subject, data in subjects.items()]
        await saga_store.add(tx, sagas, self._lease_s if leased else 0)
        return sagas

    async def execute(self, sagas: Sequence[Saga]) -> list[Saga]:
        """Run leased sagas, in groups of the same step, until each is at rest or must wait; returns where they are.

        A saga whose lease was lost on the way is missing from the answer: it is somebody else's now.
        """
        resting: list[Saga] = []
        moving = list(sagas)
        while moving:
            advanced: list[Saga] = []
            for _, group in groupby(sorted(moving, key=_place), key=_place):
                advanced += await self._advance_group(list(group))
            resting += [s for s in advanced if s.state.at_rest or s.attempts]
            moving = [s for s in advanced if not (s.state.at_rest or s.attempts)]
        return resting

    async def loop(self, stop: asyncio.Event) -> None:
        """Resume until `stop` whatever is due and unleased. Leases of this instance's former lives are dropped at once."""
        await self._database.run(lambda tx: saga_store.drop_leases(tx, f"{self._instance}:", self._life))
        while not stop.is_set():
            claimed = await self._database.run(
                lambda tx: saga_store.claim(tx, self._definitions, self._new_lease(), self._lease_s, RESUME_BATCH)
            )
            if claimed:
                log.info("resuming sagas", count=len(claimed))
                await self.execute(claimed)
            else:
                await pause(stop, POLL_S)

    async def watch(self, stop: asyncio.Event) -> None:
        """A background loop: the metric says how many sagas are parked."""
        while not stop.is_set():
            parked = await self.count_parked()
            for kind in self._definitions:
                PARKED.labels(kind).set(parked.get(kind, 0))
            await pause(stop, PARKED_POLL_S)

    async def count_parked(self) -> dict[str, int]:
        """How many sagas are parked, by kind."""
        return await self._database.run(saga_store.parked)

    async def _advance_group(self, sagas: list[Saga]) -> list[Saga]:
        """Advance sagas of one place by a step, those that failed before in groups as small as they failed often."""
        advanced: list[Saga] = []
        rest = sorted(sagas, key=lambda saga: saga.attempts)
        failures, size = 0, max(1, min(len(rest), RESUME_BATCH) >> rest[0].attempts)
        while rest and failures < HOPELESS_RUN:
            group, rest = rest[:size], rest[size:]
            moved, fine = await self._advance(group)
            advanced += moved
            failures = 0 if fine else failures + 1
            size = min(RESUME_BATCH, size * 2) if fine else max(1, size // 2)
        if rest:
            await self._database.run(lambda tx: self._leave(tx, rest))
        return advanced

    async def _advance(self, batch: Sequence[Saga]) -> tuple[list[Saga], bool]:
        """Do (or undo) the next remote step of a batch and write it down; where they are, and whether any was answered."""
        steps, at = self._definitions[batch[0].kind].steps, batch[0].step
        name = steps[at].name if at < len(steps) else f"step {at}"  # which only a newer release has
        with _traced(batch, name):
            try:
                said = dict(zip((s.id for s in batch), await self._ask(batch), strict=True))
            except Exception as error:  # noqa: BLE001 - whatever it is, no saga may end the loop that runs them all
                said = dict.fromkeys((s.id for s in batch), Failed(error))
            moved = await self._write_safely(batch, said, name)
        return moved, any(not isinstance(outcome, Failed) for outcome in said.values())

    async def _ask(self, batch: Sequence[Saga]) -> Sequence[Outcome]:
        step = self._definitions[batch[0].kind].steps[batch[0].step]
        act = step.act if batch[0].state is State.RUNNING else step.undo
        return await act(batch) if act else [Done()] * len(batch)

    async def _write_safely(self, batch: Sequence[Saga], said: Mapping[str, Outcome], step: str) -> list[Saga]:
        """Write the outcomes of a batch; when one of them cannot be written, each by itself, and that one as a failure."""
        try:
            return await self._database.run(lambda tx: self._write(tx, batch, said, step))
        except AWAY:
            raise
        except Exception as error:  # noqa: BLE001 - see _advance
            if len(batch) > 1:
                return [moved for saga in batch for moved in await self._write_safely([saga], said, step)]
            failed = {batch[0].id: Failed(error)}
            return await self._database.run(lambda tx: self._write(tx, batch, failed, step))

    async def _write(self, tx: Transaction, batch: Sequence[Saga], said: Mapping[str, Outcome], step: str) -> list[Saga]:
        held = await saga_store.held(tx, batch)
        if len(held) < len(batch):
            log.warning("lease lost", saga=batch[0].kind, count=len(batch) - len(held))
        answered = [(s, outcome) for s in held if not isinstance(outcome := said[s.id], Failed)]
        moved = [self._moved(saga, outcome) for saga, outcome in answered]
        await saga_store.log_steps(tx, [_step(saga, outcome, step) for saga, outcome in answered])
        definition = self._definitions[batch[0].kind]
        for state, last in ((State.DONE, definition.finish), (State.COMPENSATED, definition.give_up)):
            if ended := [s for s in moved if s.state is state]:
                await last.act(tx, ended)
        await saga_store.move(tx, moved, self._lease_s)
        failed = [(s, outcome.error) for s in held if isinstance(outcome := said[s.id], Failed)]
        return moved + await self._postpone(tx, failed, step)

    async def _postpone(self, tx: Transaction, failed: Sequence[tuple[Saga, Exception]], step: str) -> list[Saga]:
        if not failed:
            return []
        sample, error = failed[0]
        tell = log.warning if isinstance(error, ShopError) else log.error
        facts = {"saga": sample.kind, "step": step, "count": len(failed), "attempts": sample.attempts + 1}
        tell("saga step failed", **facts, error=str(error), exc_info=None if isinstance(error, ShopError) else error)
        STEPS.labels(sample.kind, step, _direction(sample), "failed").inc(len(failed))
        waiting = [
            (replace(s, attempts=s.attempts + 1, defects=s.defects + (not isinstance(error, AWAY))), f"{step}: {error!r}")
            for s, error in failed
        ]
        for saga, why in waiting:
            if saga.defects >= self._park_after:
                log.error("saga parked", saga=saga.kind, id=saga.id, subject=saga.subject, error=why)
                await saga_store.park(tx, saga, why)
            else:
                await saga_store.postpone(tx, saga, backoff(saga.attempts, first_s=0.2, most_s=5), why)
        return [saga for saga, _ in waiting]

    @staticmethod
    async def _leave(tx: Transaction, sagas: Sequence[Saga]) -> None:
        """Give sagas back that were not asked about, because what was tried before them failed."""
        for saga in await saga_store.held(tx, sagas):
            await saga_store.postpone(tx, saga, backoff(2, first_s=0.2, most_s=5), "not tried: what was tried before it failed")

    def _moved(self, saga: Saga, outcome: Done | Refused) -> Saga:
        """Where an outcome takes a saga. A refused undo is a defect of the step: undoing may fail, never be refused."""
        forward = saga.state is State.RUNNING
        if isinstance(outcome, Done):
            step = saga.step + (1 if forward else -1)
            moved = replace(saga, step=step, data={**saga.data, **outcome.data})
        elif forward:
            step = saga.step if outcome.effect else saga.step - 1
            moved = replace(saga, state=State.COMPENSATING, step=step, reason=outcome.reason)
        else:
            raise AssertionError(f"compensation of {saga.kind} step {saga.step} was refused: {outcome.reason}")
        moved = replace(moved, attempts=0, defects=0)
        if moved.state is State.RUNNING and moved.step == len(self._definitions[saga.kind].steps):
            return replace(moved, state=State.DONE)
        if moved.state is State.COMPENSATING and moved.step < 0:
            return replace(moved, state=State.COMPENSATED)
        return moved

    def _new_lease(self) -> str:
        return f"{self._life}{uuid.uuid4().hex[:8]}"


def _place(saga: Saga) -> tuple[str, str, int]:
    return saga.kind, saga.state.value, saga.step


def _direction(saga: Saga) -> str:
    return "do" if saga.state is State.RUNNING else "undo"


def _step(saga: Saga, outcome: Done | Refused, name: str) -> saga_store.Step:
    word = "done" if isinstance(outcome, Done) else outcome.reason
    STEPS.labels(saga.kind, name, _direction(saga), word).inc()
    return saga_store.Step(saga, name, _direction(saga), word)


@contextmanager
def _traced(batch: Sequence[Saga], step: str) -> Iterator[None]:
    """Go on with the trace that the first saga was started in, unless the caller is within one already."""
    if trace.get_current_span().get_span_context().is_valid:
        yield
        return
    headers = {key.removeprefix(TRACE): value for key, value in batch[0].data.items() if key.startswith(TRACE)}
    with trace.use_span(continue_trace(headers, step), end_on_exit=True):
        yield
