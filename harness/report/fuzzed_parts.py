"""What the parts of a fuzzing run tried and found, as a page tells it; nothing for a run that was none."""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.fuzz.record import Found, PartSummary, findings, summaries
from harness.history import History


@dataclass(frozen=True)
class TargetRow:
    """How often an operation, RPC or queue was tried, and what came of it, most frequent first."""

    target: str
    outcomes: Sequence[tuple[str, int]]

    @property
    def count(self) -> int:
        """All attempts."""
        return sum(count for _, count in self.outcomes)


@dataclass(frozen=True)
class FuzzedPart:
    """A part: its summary, what showed twice, what showed once, and its targets."""

    summary: PartSummary
    repeated: Sequence[Found]
    once: Sequence[Found]
    targets: Sequence[TargetRow]

    def times(self, found: Found) -> int:
        """How often a finding was met."""
        return self.summary.sightings.get(f"{found.finding.check} at {found.finding.target}", 1)


def fuzzed_parts(history: History) -> list[FuzzedPart]:
    """The parts in the order in which they ended; one that was interrupted by a crash has no summary, only what it found."""
    told = {each.part: each for each in summaries(history)}
    for each in findings(history):
        part = each.finding.fuzzer
        told.setdefault(part, PartSummary(part=part, seed=0, given_s=0, seconds=0, error="it never ended"))
    return [_part(summary, findings(history, part)) for part, summary in told.items()]


def _part(summary: PartSummary, found: Sequence[Found]) -> FuzzedPart:
    outcomes: dict[str, list[tuple[str, int]]] = {}
    for each in summary.tried:
        outcomes.setdefault(each.target, []).append((each.outcome, each.count))
    rows = [TargetRow(target, sorted(counts, key=lambda each: (-each[1], each[0]))) for target, counts in outcomes.items()]
    return FuzzedPart(summary, [each for each in found if each.repeated], [each for each in found if not each.repeated], rows)
