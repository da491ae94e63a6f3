"""The guarantee that a part of a fuzzing run has: what it tried was answered as promised, and it tried what it had to.

FAIL: a finding showed twice. UNKNOWN: the part broke off. VACUOUS: it did nothing, or did not reach what it ought to (a gap);
a gap is as red as a finding, because a fuzzer that reaches nothing finds nothing. What showed once and not again is counted.
"""

from dataclasses import replace

from harness.fuzz.record import findings, summaries
from harness.history import History
from harness.verdict import Finding, Guarantee, Outcome, Verdict, Violation

TOLD = 12
"""How many gaps a verdict names."""


class FuzzGuarantee(Guarantee):
    """The promise that a part tests; `name` is `fuzz_<part>`."""

    def verdict(self, history: History) -> Verdict:
        """Judge a history. Raises pydantic.ValidationError."""
        judged = super().verdict(history)
        part = _part(self.name)
        summary = next(iter(summaries(history, part)), None)
        if judged.outcome is Outcome.FAIL:
            return judged
        if summary is None:
            return replace(
                judged, outcome=Outcome.VACUOUS, why="this part was not run, or was interrupted before it could begin"
            )
        if summary.error:
            return replace(judged, outcome=Outcome.UNKNOWN, why=f"the part broke off: {summary.error}")
        if summary.gaps:
            named = "; ".join(f"{gap.target}: {gap.why}" for gap in summary.gaps[:TOLD])
            more = f"; and {len(summary.gaps) - TOLD} more" if len(summary.gaps) > TOLD else ""
            return replace(judged, outcome=Outcome.VACUOUS, why=f"{len(summary.gaps)} not reached: {named}{more}")
        return judged


def fuzzed(part: str, promise: str) -> FuzzGuarantee:
    """The guarantee of a part, named `fuzz_<part>`."""

    def judge(history: History) -> Finding:
        found = findings(history, part)
        summary = next(iter(summaries(history, part)), None)
        violations = tuple(
            Violation(
                what=f"{each.finding.check} at {each.finding.target}: {each.finding.message}",
                facts={
                    "check": each.finding.check,
                    "target": each.finding.target,
                    "script": f"fuzz/{part}/{each.script}" if each.script else "",
                    "reproduce": list(each.finding.reproduce),
                },
            )
            for each in found
            if each.repeated
        )
        counts = {"targets": len({each.target for each in summary.tried}) if summary else 0}
        return Finding(
            judged=summary.attempts if summary else 0,
            violations=violations,
            counts=counts
            | {"showed once": sum(not each.repeated for each in found), "not reached": len(summary.gaps) if summary else 0},
        )

    return FuzzGuarantee(name=f"fuzz_{part}", promise=promise, judge=judge)


def _part(guarantee: str) -> str:
    return guarantee.removeprefix("fuzz_")
