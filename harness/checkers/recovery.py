"""Recovery as it is measured: by a probe that uses the system from the last heal on until it is served again, for good."""

from collections.abc import Sequence

from harness.history import IN_A_ROW, Attempt
from harness.verdict import Finding, Violation


def first_for_good(attempts: Sequence[Attempt]) -> Attempt | None:
    """The first of the attempts that were well to the end; None when fewer than IN_A_ROW were."""
    row = 0
    for attempt in reversed(attempts):
        if not attempt.well:
            break
        row += 1
    return attempts[len(attempts) - row] if row >= IN_A_ROW else None


def served_again(attempts: Sequence[Attempt], healed_ns: int, bound_s: float) -> Finding:
    """Judge a probe's attempts: not later than the bound after the heal one was well, and all after it, IN_A_ROW at least."""
    first = first_for_good(attempts)
    counts = {"attempts of the probe": len(attempts), "of these not well": sum(not each.well for each in attempts)}
    if first is None:
        last_s = (attempts[-1].ended_ns - healed_ns) / 1e9
        failures = [each.said for each in attempts if not each.well]
        said = f"; the last failure: {failures[-1]}" if failures else ""
        what = f"{last_s:.1f} s after the last heal no {IN_A_ROW} attempts in a row had been served, of {len(attempts)}{said}"
        return Finding(judged=len(attempts), violations=(Violation(what=what),), counts=counts)
    after_s = (first.ended_ns - healed_ns) / 1e9
    late = Violation(
        what=f"it was {after_s:.1f} s after the last heal, more than {bound_s:g} s, until the system served for good"
        + _why(attempts, first),
        facts={"after_s": after_s, "bound_s": bound_s},
    )
    counts["ms from the last heal to service for good"] = round(after_s * 1000)
    return Finding(judged=len(attempts), violations=(late,) * (after_s > bound_s), counts=counts)


def _why(attempts: Sequence[Attempt], first: Attempt) -> str:
    before = [each for each in attempts if not each.well]
    return f"; before that: {before[-1].said}" if before else f", which took {(first.ended_ns - first.began_ns) / 1e9:.1f} s"
