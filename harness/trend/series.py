"""The series of figures over nights, each with its changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from harness.trend.changes import Change, changes
from harness.trend.night import Night


@dataclass(frozen=True)
class Series:
    """A figure of an experiment: its values with the nights they are of (indices into all nights), and its changes."""

    experiment: str
    figure: str
    nights: tuple[int, ...]
    values: tuple[float, ...]
    changes: tuple[Change, ...]

    @property
    def latest(self) -> float:
        """The last value."""
        return self.values[-1]


def series(nights: Sequence[Night]) -> tuple[Series, ...]:
    """All series, by experiment and figure. Several runs of one experiment in a night count with their mean."""
    points: dict[tuple[str, str], dict[int, list[float]]] = {}
    for number, night in enumerate(nights):
        for run in night.runs:
            for figure, value in run.figures.items():
                points.setdefault((run.experiment, figure), {}).setdefault(number, []).append(value)
    found = []
    for (experiment, figure), by_night in sorted(points.items()):
        values = tuple(sum(each) / len(each) for each in by_night.values())
        found.append(Series(experiment, figure, tuple(by_night), values, changes(values)))
    return tuple(found)


def told(found: Series, change: Change, nights: Sequence[Night]) -> str:
    """A change in words, with the night and the commit from which on it is seen."""
    night = nights[found.nights[change.night]]
    return (
        f"{found.experiment}: {found.figure} {change.by:+.0%} ({change.before:.4g} to {change.after:.4g})"
        f" since {day(night.at)}, commit {night.commit[:10]}"
    )


def day(at: datetime) -> str:
    """A night's date."""
    return at.date().isoformat()
