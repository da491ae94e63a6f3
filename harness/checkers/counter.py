"""Bounds of a counter over time: what it can have held at some moment of an interval, whatever the order of what overlaps.

A counter is set to values, and units of it are taken and given back. With many operations at once a search for an order is
infeasible; bounds are exact where nothing overlaps, and never wrong: a value outside of them cannot be explained.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

FOREVER = math.inf
NEVER = -math.inf


@dataclass(frozen=True, slots=True)
class Setting:
    """The counter is set to `value` between two times (ns); `ended_ns` is FOREVER when it may never have been."""

    value: int
    began_ns: float
    ended_ns: float


@dataclass(frozen=True, slots=True)
class Taking:
    """`units` taken between `from_ns` and `taken_ns`, and given back between `free_from_ns` and `freed_ns` (ns).

    FOREVER as an end means "perhaps never"; as a beginning "certainly never".
    """

    units: int
    from_ns: float
    taken_ns: float = FOREVER
    free_from_ns: float = FOREVER
    freed_ns: float = FOREVER


class _Sum:
    """Units by time, to add up those until a time."""

    def __init__(self, points: Iterable[tuple[float, int]]) -> None:
        found = sorted(points)
        self._times = [time for time, _ in found]
        self._sums = [0, *accumulate(units for _, units in found)]

    def until(self, time: float) -> int:
        """Of those at or before a time."""
        return self._sums[bisect_right(self._times, time)]

    def before(self, time: float) -> int:
        """Of those before a time."""
        return self._sums[bisect_left(self._times, time)]


@dataclass
class _Since:
    """What may have happened since one setting, as sums over time."""

    setting: Setting
    takings: Sequence[Taking]
    _may: _Sum = field(init=False)
    _freed: _Sum = field(init=False)
    _must: _Sum = field(init=False)
    _may_free: _Sum = field(init=False)

    def __post_init__(self) -> None:
        began, ended = self.setting.began_ns, self.setting.ended_ns
        after = [each for each in self.takings if each.taken_ns >= began]  # those taken before it do not count
        self._may = _Sum((each.from_ns, each.units) for each in after)
        self._freed = _Sum((each.freed_ns, each.units) for each in after)
        surely = [each for each in self.takings if each.from_ns > ended]
        self._must = _Sum((each.taken_ns, each.units) for each in surely)
        self._may_free = _Sum(
            (max(each.free_from_ns, each.from_ns), each.units) for each in self.takings if each.freed_ns >= began
        )

    def least(self, began_ns: float, ended_ns: float) -> int:
        return self.setting.value - self._may.until(ended_ns) + self._freed.before(began_ns)

    def most(self, began_ns: float, ended_ns: float) -> int:
        return self.setting.value - self._must.before(began_ns) + self._may_free.until(ended_ns)


class Counter:
    """A counter with its settings and takings. Without a setting nothing can be said of it."""

    def __init__(self, settings: Iterable[Setting], takings: Iterable[Taking]) -> None:
        kept = list(takings)
        self._since = [_Since(each, kept) for each in settings]

    def least(self, began_ns: float, ended_ns: float) -> float:
        """The least that it can have been at some moment of an interval; NEVER without a setting."""
        return min((each.least(began_ns, ended_ns) for each in self._standing(began_ns, ended_ns)), default=NEVER)

    def most(self, began_ns: float, ended_ns: float) -> float:
        """The most that it can have been; FOREVER without a setting."""
        return max((each.most(began_ns, ended_ns) for each in self._standing(began_ns, ended_ns)), default=FOREVER)

    def _standing(self, began_ns: float, ended_ns: float) -> Iterable[_Since]:
        """The settings that can have been the last one at some moment of the interval."""
        over = max((each.setting.began_ns for each in self._since if each.setting.ended_ns < began_ns), default=NEVER)
        return (each for each in self._since if each.setting.began_ns <= ended_ns and each.setting.ended_ns >= over)
