"""The first violation, explained: what its operations did, second by second, and which faults were in force meanwhile."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from harness.history import History, Operation
from harness.report.timeline import Band, bands, zero_ns
from harness.verdict import RunVerdict

SHOWN = 12


@dataclass(frozen=True)
class Moment:
    """Something that happened, at `at_s` seconds after the workload began."""

    at_s: float
    text: str
    kind: str


@dataclass(frozen=True)
class FirstViolation:
    """What is told of it. `facts` is JSON, `left_out` counts the operations that are not."""

    guarantee: str
    what: str
    facts: str
    moments: tuple[Moment, ...]
    left_out: int


def first_violation(history: History, verdict: RunVerdict) -> FirstViolation | None:
    """The story of the first violation that operations show, of any other if none does; None when all was kept."""
    broken = [(each.guarantee, violation) for each in verdict.verdicts for violation in each.evidence]
    if not broken:
        return None
    guarantee, violation = next((each for each in broken if each[1].operations), broken[0])
    wanted = set(violation.operations)
    operations = [operation for operation in history.operations if operation.id in wanted]
    moments = [moment for operation in operations[:SHOWN] for moment in _moments(operation, zero_ns(history))]
    if moments:
        moments += _faults(bands(history), moments)
    return FirstViolation(
        guarantee=guarantee,
        what=violation.what,
        facts=json.dumps(dict(violation.facts), indent=2, ensure_ascii=False),
        moments=tuple(sorted(moments, key=lambda moment: (moment.at_s, moment.kind))),
        left_out=max(0, len(operations) - SHOWN),
    )


def _moments(operation: Operation, zero: int) -> Iterable[Moment]:
    begun = (operation.invoked_ns - zero) / 1e9
    yield Moment(begun, f"{operation.process} begins {operation.name} (operation {operation.id})", "operation")
    if operation.completed_ns is None:
        return
    answer = str(operation.status) if operation.status is not None else operation.error
    end = (operation.completed_ns - zero) / 1e9
    yield Moment(end, f"{operation.process} is answered {answer}: {operation.ending}", "operation")


def _faults(found: Iterable[Band], moments: list[Moment]) -> Iterable[Moment]:
    """The faults that overlap the operations told of."""
    first, last = min(moment.at_s for moment in moments), max(moment.at_s for moment in moments)
    for band in found:
        if band.begin_s <= last and band.end_s >= first:
            yield Moment(band.begin_s, f"{band.fault} strikes {band.target}", "fault")
            if band.healed:
                yield Moment(band.end_s, f"{band.target} is well again", "fault")
