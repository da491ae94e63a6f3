"""Figures of a run from which trends can be made: rates, latencies, recovery and CPU. No verdict depends on them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

from harness.checkers import first_for_good
from harness.experiment.usage import CPU
from harness.history import ClientLag, Ending, FaultPhase, History, NotObservedError, Operation, attempts

CUT_SHORT = "CancelledError"
"""The error of an operation that its own client was told to drop; not an answer of the system."""


@dataclass(frozen=True, kw_only=True)
class Latencies:
    """Of the operations of one name that ended: how many, also a second of the workload; percentiles in ms, by nearest rank."""

    count: int
    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float


@dataclass(frozen=True, kw_only=True)
class Measures:
    """`seconds` of the whole run, and of its workload; operations by name; CPU-seconds by member while the workload ran.

    `per_second` counts all operations that ended. `recovery_s` is from the last heal to the probe's first service for good; in
    a run without one to the end of the first operation after which no further one ended without a definite answer. It is None
    when no fault was healed, or the system did not recover.
    `client_lag_s` is the longest time for which the clients' own process was late at once: latencies are no better than that.
    """

    seconds: float = 0.0
    workload_s: float = 0.0
    per_second: float = 0.0
    operations: Mapping[str, Latencies] = field(default_factory=dict)
    recovery_s: float | None = None
    cpu_s: Mapping[str, float] = field(default_factory=dict)
    client_lag_s: float = 0.0


NOTHING = Measures()
"""Of a run that recorded nothing."""


def measured(history: History) -> Measures:
    """The figures of a run, as far as it got. Raises MalformedHistoryError."""
    begin, end = history.span_ns
    workload_s = _workload_s(history)
    by_name: dict[str, list[int]] = {}
    for operation in history.operations:
        if operation.completed_ns is not None and not operation.error.startswith(CUT_SHORT):
            by_name.setdefault(operation.name, []).append(operation.completed_ns - operation.invoked_ns)
    return Measures(
        seconds=(end - begin) / 1e9,
        workload_s=round(workload_s, 3),
        per_second=_rate(sum(map(len, by_name.values())), workload_s),
        operations={name: _latencies(taken, workload_s) for name, taken in sorted(by_name.items())},
        recovery_s=_recovery_s(history),
        cpu_s=_cpu_s(history),
        client_lag_s=round(ClientLag.of(history).within(begin, end).longest_s, 3),
    )


def _workload_s(history: History) -> float:
    times = [record.time_ns for record in history.stages if record.stage == "workload"]
    end = times[1] if len(times) > 1 else history.span_ns[1]
    return (end - times[0]) / 1e9 if times else 0.0


def _rate(count: int, seconds: float) -> float:
    return round(count / seconds, 2) if seconds else 0.0


def _latencies(taken_ns: Iterable[int], workload_s: float) -> Latencies:
    ordered = sorted(taken_ns)
    p50, p95, p99 = (round(_percentile(ordered, share) / 1e6, 3) for share in (0.50, 0.95, 0.99))
    return Latencies(count=len(ordered), per_second=_rate(len(ordered), workload_s), p50_ms=p50, p95_ms=p95, p99_ms=p99)


def _percentile(ordered: Sequence[int], share: float) -> int:
    """By nearest rank: the smallest value that at least this share does not exceed."""
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def _recovery_s(history: History) -> float | None:
    healed_ns = max((record.time_ns for record in history.faults if record.phase is FaultPhase.HEAL), default=None)
    if healed_ns is None:
        return None
    if probed := attempts(history):
        first = first_for_good(probed)
        return None if first is None else round((first.ended_ns - healed_ns) / 1e9, 3)
    after = [each for each in history.operations if _tells(each) and (each.completed_ns or 0) > healed_ns]
    ill_ns = max((each.completed_ns or 0 for each in after if each.ending is Ending.INFO), default=healed_ns)
    well_ns = [each.completed_ns or 0 for each in after if each.ending is not Ending.INFO and (each.completed_ns or 0) > ill_ns]
    return round((min(well_ns) - healed_ns) / 1e9, 3) if well_ns else None


def _tells(operation: Operation) -> bool:
    return operation.completed_ns is not None and not operation.error.startswith(CUT_SHORT)


def _cpu_s(history: History) -> dict[str, float]:
    try:
        return {str(row["member"]): float(str(row["cpu_s"])) for row in history.observed(CPU)}
    except NotObservedError:
        return {}
