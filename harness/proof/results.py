"""What the proof by corrupted histories found: per corruption how often it was seen; false alarms of legal histories."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from harness.verdict import Outcome


class Judged(StrEnum):
    """What became of one attempt to corrupt a history."""

    SEEN = "seen"
    """The guarantee named failed."""
    MISSED = "MISSED"
    """It held: the judge is blind to this."""
    UNDECIDED = "UNDECIDED"
    """It was UNKNOWN or VACUOUS: a run like this is not green, yet nobody is told what is wrong."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A corruption was done to the legal history of a seed; `said` is the first violation, or why there is none."""

    corruption: str
    guarantee: str
    history: str
    seed: int
    judged: Judged
    said: str = ""


@dataclass(frozen=True, kw_only=True)
class FalseAlarm:
    """A guarantee did not pass a legal history."""

    guarantee: str
    history: str
    seed: int
    outcome: Outcome
    said: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One corruption over all histories."""

    corruption: str
    guarantee: str
    seen: int
    attempts: int
    said: str

    @property
    def proven(self) -> bool:
        """Seen whenever it was done, and done at least once."""
        return 0 < self.attempts == self.seen


@dataclass(frozen=True, kw_only=True)
class Proof:
    """The whole proof. `owing` are guarantees with fewer corruptions than wanted, with how many they have."""

    lines: tuple[Line, ...]
    alarms: tuple[FalseAlarm, ...]
    histories: int
    owing: tuple[tuple[str, int], ...]

    @property
    def holds(self) -> bool:
        """Whether every corruption was seen, no legal history alarmed, and no guarantee owes a corruption."""
        return bool(self.lines) and all(line.proven for line in self.lines) and not self.alarms and not self.owing


def lines(wanted: Iterable[tuple[str, str]], attempts: Iterable[Attempt]) -> tuple[Line, ...]:
    """A line for each wanted (corruption, guarantee), also for one that was never possible."""
    found: dict[tuple[str, str], list[Attempt]] = {key: [] for key in wanted}
    for attempt in attempts:
        found[attempt.corruption, attempt.guarantee].append(attempt)
    return tuple(_line(*key, each) for key, each in found.items())


def _line(corruption: str, guarantee: str, attempts: list[Attempt]) -> Line:
    missed = next((each for each in attempts if each.judged is not Judged.SEEN), None)
    shown = missed or next(iter(attempts), None)
    where = f"{missed.judged} in {missed.history}, seed {missed.seed}: " if missed else ""
    return Line(
        corruption=corruption,
        guarantee=guarantee,
        seen=sum(each.judged is Judged.SEEN for each in attempts),
        attempts=len(attempts),
        said=f"{where}{shown.said}" if shown else "no history held anything that it could be done to",
    )
