"""Bounded liveness: answers come within a deadline, and the system recovers within a bound.

Unbounded liveness cannot be judged from a finite history. What is judged is the time that the system took: that for which the
clients were late themselves is taken off.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from harness.history import ON_TIME, ClientLag, Operation
from harness.verdict import Finding, Violation

LAG_BOUND_S = 1.0
"""Clients that were later than this at once measure no latencies: what was late meanwhile is undecided."""
HOPELESS = 2.0
"""What took this many times its deadline, less the clients' lag, was late however late they were."""
UNDECIDED = "late, and so was the client"
"""The count of what cannot be decided."""


class LateClientError(Exception):
    """Whether the system was late cannot be decided, because its clients were."""


@dataclass(frozen=True, slots=True)
class HealthSample:
    """A use of the system between two times (ns), `ended_ns` None when it never ended; `well`: it succeeded."""

    what: str
    well: bool
    began_ns: int
    ended_ns: int | None
    operation: int | None = None


def answered_within(operations: Iterable[Operation], deadline_s: float, lag: ClientLag = ON_TIME) -> Finding:
    """Judge every operation that ended: it took no longer than the deadline, with any outcome, less the clients' lag meanwhile.

    One that never ended was cancelled with the run, so its duration is unknown; such are counted. UNDECIDED are those that
    were late while the clients were: by more than LAG_BOUND_S at once, or so long that a missing answer may have come in time.
    """
    judged = 0
    never = 0
    undecided = 0
    violations = []
    for operation in operations:
        latency_s = operation.latency_s
        if latency_s is None:
            never += 1
            continue
        judged += 1
        if latency_s > deadline_s:
            late = lag.during(operation)
            taken_s = latency_s - late.total_s
            if taken_s <= deadline_s and operation.status is not None:
                continue
            if taken_s <= deadline_s or (late.longest_s > LAG_BOUND_S and taken_s <= HOPELESS * deadline_s):
                undecided += 1
                continue
            violations.append(
                Violation(
                    what=f"{operation.name} (operation {operation.id}) took {latency_s:.1f} s, longer than {deadline_s:g} s,"
                    f" and ended {operation.status or operation.error or operation.ending}",
                    operations=(operation.id,),
                    facts={"operation": operation.name, "latency_s": latency_s, "deadline_s": deadline_s},
                )
            )
    return Finding(judged=judged, violations=tuple(violations), counts={"never ended": never, UNDECIDED: undecided})


def recovered(samples: Iterable[HealthSample], healed_ns: int, bound_s: float) -> Finding:
    """Judge the samples that began after a heal: all that began later than the bound are `well`.

    Samples within the bound may fail; they are counted. Those after the bound, and the `well` ones before it, count as judged.
    """
    limit_ns = healed_ns + round(bound_s * 1e9)
    after = [sample for sample in samples if sample.began_ns > healed_ns]
    late = [sample for sample in after if sample.began_ns > limit_ns]
    early = [sample for sample in after if sample.began_ns <= limit_ns]
    well = [sample for sample in early if sample.well and sample.ended_ns is not None]
    violations = tuple(
        Violation(
            what=f"{(sample.began_ns - healed_ns) / 1e9:.1f} s after the last heal, more than {bound_s:g} s: {sample.what}",
            operations=() if sample.operation is None else (sample.operation,),
            facts={"after_s": (sample.began_ns - healed_ns) / 1e9, "bound_s": bound_s},
        )
        for sample in late
        if not sample.well
    )
    return Finding(
        judged=len(late) + len(well),
        violations=violations,
        counts={"attempts after the last heal": len(after), "of them not well": sum(not sample.well for sample in after)},
    )
