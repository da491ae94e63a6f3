"""Where a series of a figure changed for good: Apache Otava's E-divisive with a t-test.

Matteson and James, "A Nonparametric Approach for Multiple Change Point Analysis", 2014; Fleming et al., "Hunter: Using Change
Point Detection to Hunt for Performance Regressions", 2023. With these settings a change by 10 % of a figure whose noise is 3 %
(standard deviation) is seen after 1 to 4 nights, and 12 series of 200 nights without a change gave no alarm
(tests/unit/harness/trend/test_changes.py repeats it).
"""

from collections.abc import Sequence
from dataclasses import dataclass

WINDOW = 30
"""Nights that are looked at together."""
MOST_LIKELY_BY_CHANCE = 0.0001
LEAST_CHANGE = 0.05
"""A change by less than this share of the figure is none."""
ENOUGH = 6
"""Nights before which nothing is said."""


@dataclass(frozen=True)
class Change:
    """From the `night`-th value on (from 0) the mean is `after`, where it was `before`."""

    night: int
    before: float
    after: float

    @property
    def by(self) -> float:
        """The change as a share of what was before."""
        return self.after / self.before - 1.0 if self.before else 0.0


def changes(values: Sequence[float]) -> tuple[Change, ...]:
    """The changes of a series, in order."""
    if len(values) < ENOUGH:
        return ()
    from otava.analysis import compute_change_points  # slow to import, and a tool of development only

    found, _ = compute_change_points(
        list(values), window_len=WINDOW, max_pvalue=MOST_LIKELY_BY_CHANCE, min_magnitude=LEAST_CHANGE
    )
    return tuple(Change(each.index, float(each.stats.mean_1), float(each.stats.mean_2)) for each in found)
