"""Mutual exclusion: no two holds of a resource overlap.

A hold's beginning can be observed; its end often cannot. So a hold has two ends: the last time at which its holder is known
to have held it, and the first at which it is known not to. An overlap is certain when one hold begins before the other's
first end; beginnings between the two ends are undecided, and counted.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from harness.verdict import Finding, Violation


@dataclass(frozen=True, slots=True)
class Hold:
    """`holder` held `resource` from `began_ns` until between `sure_ns` and `ended_ns` (None: unknown).

    `reference` identifies the hold in the evidence.
    """

    resource: str
    holder: str
    began_ns: int
    sure_ns: int
    ended_ns: int | None
    reference: str = ""


Excuse = Callable[[Hold, Hold], bool]
"""Whether an overlap of the earlier with the later hold is excused by a broken assumption of the lock."""


def mutually_exclusive(holds: Iterable[Hold], excused: Excuse = lambda _earlier, _later: False) -> Finding:
    """Judge every hold: it begins after every earlier one of the same resource ended, or is excused."""
    judged = 0
    violations = []
    counts = {"overlaps that were to be expected": 0, "overlaps that nobody can tell": 0}
    current: dict[str, list[Hold]] = {}
    for hold in sorted(holds, key=lambda each: each.began_ns):
        judged += 1
        standing = [each for each in current.get(hold.resource, ()) if _may_last(each, hold.began_ns)]
        for earlier in standing:
            if hold.began_ns >= earlier.sure_ns:
                counts["overlaps that nobody can tell"] += 1
            elif excused(earlier, hold):
                counts["overlaps that were to be expected"] += 1
            else:
                violations.append(_breach(earlier, hold))
        current[hold.resource] = [*standing, hold]
    return Finding(judged=judged, violations=tuple(violations), counts=counts)


def _may_last(hold: Hold, moment_ns: int) -> bool:
    return hold.ended_ns is None or hold.ended_ns > moment_ns or hold.sure_ns > moment_ns


def _breach(earlier: Hold, later: Hold) -> Violation:
    both_s = (earlier.sure_ns - later.began_ns) / 1e9
    held_s = (later.began_ns - earlier.began_ns) / 1e9
    return Violation(
        what=f"{later.resource} was given to {_said(later)} while {_said(earlier)} held it: {held_s:.3f} s after that began and"
        f" {both_s:.3f} s before it ended",
        facts={
            "resource": later.resource,
            "holders": [earlier.holder, later.holder],
            "holds": [earlier.reference, later.reference],
            "began_ns": [earlier.began_ns, later.began_ns],
            "sure_ns": [earlier.sure_ns, later.sure_ns],
        },
    )


def _said(hold: Hold) -> str:
    return f"{hold.holder} ({hold.reference})" if hold.reference else hold.holder
