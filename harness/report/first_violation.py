"""The first violation in detail: the promise, its time, the active faults, and its operations."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from harness.history import History, Operation, Row
from harness.report.failure_window import LocatedViolation, faults_around, seconds_of
from harness.report.timeline import Band, bands

SHOWN = 12
MOST_DETAIL = 220


@dataclass(frozen=True)
class Moment:
    """Something that happened, at `at_s` seconds after the workload began; `detail` is what was sent or answered."""

    at_s: float
    text: str
    kind: str
    detail: str = ""


@dataclass(frozen=True)
class FirstViolation:
    """A violation as the page shows it. `when` is a sentence, `facts` is JSON, `left_out` counts omitted operations."""

    guarantee: str
    promise: str
    what: str
    when: str
    facts: str
    moments: tuple[Moment, ...]
    left_out: int


def first_violation(history: History, broken: LocatedViolation) -> FirstViolation:
    """A violation as the page shows it."""
    found = bands(history)
    moments = [moment for operation in broken.operations[:SHOWN] for moment in _moments(operation, history)]
    when = "No single operation shows it: it was read at the end, from what the system held."
    if moments:
        begin, end = min(moment.at_s for moment in moments), max(moment.at_s for moment in moments)
        when = f"It broke between {begin:.3f} s and {end:.3f} s, {faults_around(found, begin, end)}."
        moments += _faults(found, begin, end)
    return FirstViolation(
        guarantee=broken.guarantee,
        promise=broken.promise,
        what=broken.violation.what,
        when=when,
        facts=json.dumps(dict(broken.violation.facts), indent=2, ensure_ascii=False),
        moments=tuple(sorted(moments, key=lambda moment: (moment.at_s, moment.kind))),
        left_out=max(0, len(broken.operations) - SHOWN),
    )


def _moments(operation: Operation, history: History) -> Iterable[Moment]:
    begun = seconds_of(history, operation.invoked_ns)
    text = f"{operation.process} begins {operation.name} (operation {operation.id})"
    yield Moment(begun, text, "operation", _said(operation.input))
    if operation.completed_ns is None:
        return
    answer = str(operation.status) if operation.status is not None else operation.error
    end = seconds_of(history, operation.completed_ns)
    yield Moment(end, f"{operation.process} is answered {answer}: {operation.ending}", "operation", _said(operation.output))


def _faults(found: Iterable[Band], first: float, last: float) -> Iterable[Moment]:
    """The faults that overlap the shown operations."""
    for band in found:
        if band.begin_s <= last and band.end_s >= first:
            yield Moment(band.begin_s, f"{band.fault} strikes {band.target}", "fault")
            if band.healed:
                yield Moment(band.end_s, f"{band.target} is well again", "fault")


def _said(row: Row) -> str:
    text = json.dumps(row, ensure_ascii=False, separators=(", ", ": ")) if row else ""
    return text if len(text) <= MOST_DETAIL else f"{text[: MOST_DETAIL - 1]}…"
