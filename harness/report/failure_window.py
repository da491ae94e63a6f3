"""The relevant time of a failed run: the first violation, or the stage that failed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.history import FaultPhase, History, Operation, Stage
from harness.report.timeline import Band, zero_ns
from harness.verdict import RunVerdict, Violation


@dataclass(frozen=True)
class FailureWindow:
    """From `begin_ns` to `end_ns` of the history's clock; `what` completes "the logs around …"."""

    what: str
    begin_ns: int
    end_ns: int


@dataclass(frozen=True)
class LocatedViolation:
    """A violation, its guarantee, and its operations by time."""

    guarantee: str
    promise: str
    violation: Violation
    operations: tuple[Operation, ...]


def locate_first_violation(history: History, verdict: RunVerdict) -> LocatedViolation | None:
    """The violation whose operations ended first; one without operations only when there is no other."""
    found = [(each, violation) for each in verdict.verdicts for violation in each.evidence]
    if not found:
        return None
    wanted = {number for _, violation in found for number in violation.operations}
    known = {operation.id: operation for operation in history.operations if operation.id in wanted}

    def over(violation: Violation) -> float:
        ends = [_end(known[number]) for number in violation.operations if number in known]
        return max(ends, default=float("inf"))

    each, violation = min(found, key=lambda pair: over(pair[1]))
    operations = sorted((known[number] for number in violation.operations if number in known), key=lambda one: one.invoked_ns)
    return LocatedViolation(each.guarantee, each.promise, violation, tuple(operations))


def broken_stage(history: History) -> Stage | None:
    """The stage in which the run failed: the first that failed, else the last that never ended."""
    failed = [record for record in history.stages if record.state == "fail"]
    if failed:
        return failed[0]
    open_stages: dict[str, Stage] = {}
    for record in history.stages:
        if record.state == "begin":
            open_stages[record.stage] = record
        else:
            open_stages.pop(record.stage, None)
    return next(reversed(open_stages.values()), None)


def failure_window(history: History, broken: LocatedViolation | None) -> FailureWindow | None:
    """The window; None when nothing failed at a known time."""
    if broken and broken.operations:
        end = max(_end(operation) for operation in broken.operations)
        return FailureWindow("the first violation", broken.operations[0].invoked_ns, max(end, broken.operations[0].invoked_ns))
    if record := broken_stage(history):
        at = record.time_ns if record.state == "fail" else history.span_ns[1]
        return FailureWindow(f"the end of the stage {record.stage}", at, at)
    errors = [record for record in history.faults if record.phase is FaultPhase.ERROR]
    return FailureWindow(f"the error of the fault {errors[0].fault}", errors[0].time_ns, errors[0].time_ns) if errors else None


def faults_around(found: Sequence[Band], begin_s: float, end_s: float) -> str:
    """Which faults were in force between two times, in words that complete a sentence."""
    during = [band for band in found if band.begin_s <= end_s and band.end_s >= begin_s]
    if during:
        return f"while {_listed(f'{band.fault} was in force on {band.target}' for band in during)}"
    before = [band for band in found if band.end_s < begin_s]
    if before:
        last = max(before, key=lambda band: band.end_s)
        return f"{begin_s - last.end_s:.1f} s after {last.fault} on {last.target} was healed"
    return "before any fault struck" if found else "without any fault in force"


def seconds_of(history: History, time_ns: int) -> float:
    """A time of the history in seconds since the workload began."""
    return (time_ns - zero_ns(history)) / 1e9


def _end(operation: Operation) -> int:
    return operation.completed_ns if operation.completed_ns is not None else operation.invoked_ns


def _listed(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
