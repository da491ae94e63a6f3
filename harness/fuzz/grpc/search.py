"""A seeded search for one fault by hypothesis: generate calls, and shrink the first that fails.

Hypothesis is given the seed and no database, so the same seed makes the same calls. It bounds shrinking by minutes only;
here it ends after `MOST_SHRINKS` further calls, and the smallest failing call seen so far is taken.
"""

from collections.abc import Callable
from typing import TypeVar

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")

MOST_SHRINKS = 150


class _Failed(Exception):
    """This call fails: what hypothesis shrinks."""


class _Enough(BaseException):
    """Ends a search from within. No Exception, so that hypothesis does not take it for a failure."""


def search(
    strategy: SearchStrategy[T],
    fails: Callable[[T], bool],
    *,
    seed: int,
    examples: int,
    over: Callable[[], bool] = lambda: False,
) -> bool:
    """Call `fails` with up to `examples` values; returns whether one failed. Ends early once `over` says so."""
    after_first = -1

    @hypothesis.seed(seed)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
    )
    @given(strategy)
    def explore(value: T) -> None:
        nonlocal after_first
        after_first += after_first >= 0
        if over() or after_first > MOST_SHRINKS:
            raise _Enough
        if fails(value):
            after_first = max(after_first, 0)
            raise _Failed

    try:
        explore()
    except (_Failed, _Enough, hypothesis.errors.Flaky):
        return after_first >= 0
    return False
