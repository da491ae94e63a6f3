"""What a fuzzing run writes into its history: the findings, and a summary of each part. Judges and reports read nothing else.

Events of a part have its name as their subject. A finding is written when it was repeated (or was not), the summary when its
part ended, so that an interrupted run keeps what it found.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pydantic import TypeAdapter

from harness.fuzz.finding import Finding
from harness.history import History

FOUND = "fuzz_found"
PART = "fuzz_part"
OVER = "fuzzing_over"
"""All parts have ended; what runs beside them comes to its end."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A finding and whether it showed a second time; `at_s` is when, in seconds since its part began.

    `script` is the file in the part's folder with the commands that show it again, "" when there are none.
    """

    finding: Finding
    repeated: bool
    at_s: float = 0.0
    script: str = ""


@dataclass(frozen=True, kw_only=True)
class Tried:
    """How often a target (operation, RPC, queue) was tried with one outcome, e.g. "404" or "DEADLINE_EXCEEDED"."""

    target: str
    outcome: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A target, or an outcome of one, that the part ought to reach and did not, and why."""

    target: str
    why: str


@dataclass(frozen=True, kw_only=True)
class PartSummary:
    """What a part did in `seconds` of the `given_s` it had; `error` says why it broke off, "" when it did not."""

    part: str
    seed: int
    given_s: float
    seconds: float
    tried: tuple[Tried, ...] = ()
    gaps: tuple[Gap, ...] = ()
    error: str = ""
    sightings: dict[str, int] = field(default_factory=dict)
    """How often each finding was met, by its check and target; the first alone is written as an event."""

    @property
    def attempts(self) -> int:
        """The number of things that it tried."""
        return sum(each.count for each in self.tried)


FOUND_ROW = TypeAdapter(Found)
PART_ROW = TypeAdapter(PartSummary)


def findings(history: History, part: str = "") -> list[Found]:
    """The findings of a part, or of all. Raises pydantic.ValidationError."""
    return [FOUND_ROW.validate_python(each) for each in _details(history, FOUND, part)]


def summaries(history: History, part: str = "") -> list[PartSummary]:
    """The summaries of a part (at most one), or of all. Raises pydantic.ValidationError."""
    return [PART_ROW.validate_python(each) for each in _details(history, PART, part)]


def _details(history: History, event: str, part: str) -> Iterable[object]:
    return (dict(each.detail) for each in history.events if each.event == event and part in ("", each.subject))
