"""Liveness: within a bound something good happens. Answers come in time, and what was broken works again.

"Some day" cannot be judged from a history that ends; "within so many seconds" can.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from harness.history import Operation
from harness.verdict import Finding, Violation


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody tried the system between two times (ns), `ended_ns` None when that never ended, and it was well or not."""

    what: str
    well: bool
    began_ns: int
    ended_ns: int | None
    operation: int | None = None


def answered_within(operations: Iterable[Operation], deadline_s: float) -> Finding:
    """Judge every operation that ended: it took no longer than the deadline, whatever its outcome.

    One that never ended was cut short with the run, so nobody knows how long it would have taken; such are counted.
    """
    judged = 0
    never = 0
    violations = []
    for operation in operations:
        latency_s = operation.latency_s
        if latency_s is None:
            never += 1
            continue
        judged += 1
        if latency_s > deadline_s:
            violations.append(
                Violation(
                    what=f"{operation.name} (operation {operation.id}) took {latency_s:.1f} s, longer than {deadline_s:g} s,"
                    f" and ended {operation.status or operation.error or operation.ending}",
                    operations=(operation.id,),
                    facts={"operation": operation.name, "latency_s": latency_s, "deadline_s": deadline_s},
                )
            )
    return Finding(judged=judged, violations=tuple(violations), counts={"never ended": never})


def recovered(attempts: Iterable[Attempt], healed_ns: int, bound_s: float) -> Finding:
    """Judge the attempts that began after a heal: all that began later than the bound are well.

    Attempts within the bound may fail; they are counted. Judges the attempts that can tell: those after the bound, and
    the well ones before it.
    """
    limit_ns = healed_ns + round(bound_s * 1e9)
    after = [attempt for attempt in attempts if attempt.began_ns > healed_ns]
    late = [attempt for attempt in after if attempt.began_ns > limit_ns]
    early = [attempt for attempt in after if attempt.began_ns <= limit_ns]
    well = [attempt for attempt in early if attempt.well and attempt.ended_ns is not None]
    violations = tuple(
        Violation(
            what=f"{(attempt.began_ns - healed_ns) / 1e9:.1f} s after the last heal, more than {bound_s:g} s: {attempt.what}",
            operations=() if attempt.operation is None else (attempt.operation,),
            facts={"after_s": (attempt.began_ns - healed_ns) / 1e9, "bound_s": bound_s},
        )
        for attempt in late
        if not attempt.well
    )
    return Finding(
        judged=len(late) + len(well),
        violations=violations,
        counts={"attempts after the last heal": len(after), "of them not well": sum(not attempt.well for attempt in after)},
    )
