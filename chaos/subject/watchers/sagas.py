"""sagas: those that were postponed, and those that another executor took over.

An executor is one process of an instance: a restarted instance is another one. For a saga that ended
since the last poll, the log of its steps names the executor.
"""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pydantic import JsonValue

from chaos.observations.events import SAGA_POSTPONED, SAGA_TAKEN_OVER
from chaos.subject.watchers.sources import poll_rows
from chaos.subject.watchers.watched import WatchedSystem
from harness.history import Recorder, Row
from harness.system.sql import Access, rows

ACTIVE = "SELECT id, kind, subject, state, step, attempts, lease FROM sagas WHERE active"
STEPS_OF = "SELECT saga_id, executor FROM saga_steps WHERE saga_id IN ({}) ORDER BY id"

Seen = tuple[str, str, dict[str, JsonValue]]
"""An event, its subject (the order), and its detail."""


def life(lease: str) -> str:
    """The executor that holds a lease: `instance:life` of `instance:life:claim`."""
    return lease.rpartition(":")[0]


@dataclass
class SagaBook:
    """The sagas at the last poll: rows of ACTIVE by id."""

    known: dict[str, Row] = field(default_factory=dict)

    def gone(self, active: Iterable[Row]) -> tuple[str, ...]:
        """Ids of those that have ended since the last poll."""
        return tuple(self.known.keys() - {str(row["id"]) for row in active})

    def look(self, active: Iterable[Row], ended_by: dict[str, str]) -> Iterator[Seen]:
        """Yield the events since the last poll; `ended_by` is the lease under which ended sagas ended, by id."""
        present = {str(row["id"]): row for row in active}
        for saga, lease in ended_by.items():
            yield from _taken_over(self.known[saga], lease)
        for saga, row in present.items():
            before = self.known.get(saga)
            if before is not None:
                yield from _taken_over(before, str(row["lease"]))
            if row["attempts"] and (before is None or before["attempts"] != row["attempts"]):
                yield SAGA_POSTPONED, str(row["subject"]), _told(row, attempts=row["attempts"], by=life(str(row["lease"])))
        self.known = present


def _taken_over(before: Row, lease: str) -> Iterator[Seen]:
    by, after = life(str(before["lease"])), life(lease)
    if after and by != after:
        yield SAGA_TAKEN_OVER, str(before["subject"]), _told(before, by=after, after=by)


def _told(row: Row, **more: JsonValue) -> dict[str, JsonValue]:
    return {"kind": row["kind"], "state": row["state"], "step": row["step"], **more}


async def sagas(subject: WatchedSystem, recorder: Recorder, ready: asyncio.Event) -> None:
    """A saga was postponed: event `saga_postponed`; another executor took one over: `saga_taken_over`; about an order."""
    access = subject.stack.mysql("order")
    book = SagaBook()
    async for active in poll_rows(access, ACTIVE, ready):
        ended_by = await asyncio.to_thread(_enders, access, book.gone(active))
        for event, order, detail in book.look(active, ended_by):
            recorder.event(event, order, detail)


def _enders(access: Access, ids: Iterable[str]) -> dict[str, str]:
    """The lease under which the last step of each of these was done; those without one are missing."""
    wanted = ", ".join(f"'{each}'" for each in ids)
    return {str(row["saga_id"]): str(row["executor"]) for row in rows(access, STEPS_OF.format(wanted))} if wanted else {}
