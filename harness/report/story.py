"""The story of one subject (an order, a product, a user, a client): all that a history holds of it, in the order of time.

Operations that name it, events about it, rows of it at rest, and the faults that were injected or healed meanwhile.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from harness.history import Fault, FaultPhase, History, Operation, Row
from harness.report.timeline import zero_ns


@dataclass(frozen=True)
class Moment:
    """What happened `at_s` seconds after the workload began; `kind` is operation, event, fault or row."""

    at_s: float
    kind: str
    text: str


def story(history: History, subject: str = "") -> list[Moment]:
    """All moments of a subject; of everything, but for rows, without one."""
    zero = zero_ns(history)
    found = sorted((*_operations(history, subject), *_events(history, subject), *_rows(history, subject)))
    if found:
        found = sorted((*found, *_faults(history, found[0][0], found[-1][0])))
    return [Moment(round((at_ns - zero) / 1e9, 3), kind, text) for at_ns, kind, text in found]


Found = tuple[int, str, str]


def _operations(history: History, subject: str) -> Iterator[Found]:
    for each in history.operations:
        if not subject or subject == each.process or _names(each.input, subject) or _names(each.output, subject):
            yield each.invoked_ns, "operation", f"{each.process} asks {each.name} {_said(each.input)} [{each.id}]"
            if each.completed_ns is not None:
                yield each.completed_ns, "operation", f"{each.process} {each.name}: {_answer(each)} [{each.id}]"


def _answer(operation: Operation) -> str:
    said = "no answer" if operation.status is None else str(operation.status)
    return " ".join(part for part in (said, operation.error, _said(operation.output)) if part)


def _events(history: History, subject: str) -> Iterator[Found]:
    for event in history.events:
        if not subject or subject == event.subject or _names(event.detail, subject):
            yield event.time_ns, "event", " ".join(filter(None, (event.event, event.subject, _said(event.detail))))


def _rows(history: History, subject: str) -> Iterator[Found]:
    """Rows at rest are many: without a subject none is told."""
    if not subject:
        return
    for observation in history.observations:
        for row in observation.rows:
            if _names(row, subject):
                yield observation.time_ns, "row", f"{observation.subject} {_said(row)}"


def _faults(history: History, begin_ns: int, end_ns: int) -> Iterable[Found]:
    """What was injected and healed within the story, and what was in force when it began."""
    shown = (FaultPhase.INJECT, FaultPhase.HEAL)
    records: list[Fault] = [each for each in history.faults if each.phase in shown and each.time_ns <= end_ns]
    for each in records:
        if each.time_ns >= begin_ns or not _healed_before(each, records, begin_ns):
            yield each.time_ns, "fault", f"{each.fault} on {each.target}: {each.phase}"


def _healed_before(fault: Fault, records: Iterable[Fault], at_ns: int) -> bool:
    return fault.phase is FaultPhase.HEAL or any(
        each.fault == fault.fault and each.phase is FaultPhase.HEAL and fault.time_ns <= each.time_ns < at_ns
        for each in records
    )


def _names(value: JsonValue | Row, subject: str) -> bool:
    """Whether a text within is the subject."""
    if isinstance(value, dict):
        return any(_names(each, subject) for each in value.values())
    if isinstance(value, list | tuple):
        return any(_names(each, subject) for each in value)
    return value == subject


def _said(row: Row) -> str:
    return json.dumps(row, separators=(",", ":"), default=list) if row else ""
