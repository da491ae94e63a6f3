"""When visits of an open load are due: at a constant rate, or as a Poisson process, with a rate that may grow linearly.

A Poisson process of rate r(t) is made of one of rate 1 by the inverse of its integral (Cinlar, Introduction to Stochastic
Processes, 1975). Constant spacing is the same with the whole numbers in place of the unit process.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed


class Spacing(StrEnum):
    """How visits follow each other."""

    CONSTANT = "constant"
    POISSON = "poisson"


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """`per_second` visits at the beginning, growing linearly to `until_per_second` at the end (None: they stay as many)."""

    per_second: float
    until_per_second: float | None = None
    spacing: Spacing = Spacing.POISSON

    def of_one_in(self, processes: int) -> "Arrivals":
        """The share of one of so many processes."""
        until = None if self.until_per_second is None else self.until_per_second / processes
        return Arrivals(per_second=self.per_second / processes, until_per_second=until, spacing=self.spacing)

    def due(self, seconds: float, random: Random) -> Iterator[float]:
        """The times (s since the beginning) at which visits are due within `seconds`, in order."""
        growth = ((self.until_per_second or self.per_second) - self.per_second) / seconds
        passed = 0.0
        while True:
            passed += random.expovariate(1.0) if self.spacing is Spacing.POISSON else 1.0
            at = self._when(passed, growth)
            if at is None or at > seconds:
                return
            yield at

    def _when(self, visits: float, growth: float) -> float | None:
        """When so many visits are due: the t at which the integral of the rate is `visits`; None when it never is."""
        if not growth:
            return visits / self.per_second if self.per_second else None
        root = self.per_second**2 + 2 * growth * visits
        return (math.sqrt(root) - self.per_second) / growth if root >= 0 else None
