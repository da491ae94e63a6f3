"""Visits are due as often as was declared, whatever the spacing, and the seed decides when."""

from itertools import pairwise

import pytest

from harness.load.arrivals import Arrivals, Spacing
from harness.seed import Seed

SEED = Seed(1)


def test_constant_arrivals_are_evenly_spaced() -> None:
    due = list(Arrivals(per_second=10, spacing=Spacing.CONSTANT).due(2.0, SEED.stream("a")))
    assert due == pytest.approx([number / 10 for number in range(1, 21)])


def test_a_growing_rate_has_its_integral_of_visits() -> None:
    due = list(Arrivals(per_second=10, until_per_second=30, spacing=Spacing.CONSTANT).due(10.0, SEED.stream("a")))
    assert len(due) == 200
    assert sum(at < 5.0 + 1e-6 for at in due) == 75
    assert due == sorted(due)


def test_a_shrinking_rate_ends_when_there_is_no_more() -> None:
    due = list(Arrivals(per_second=20, until_per_second=1e-9, spacing=Spacing.CONSTANT).due(10.0, SEED.stream("a")))
    assert len(due) in {99, 100}


def test_poisson_arrivals_are_as_many_and_irregular() -> None:
    due = list(Arrivals(per_second=100).due(100.0, SEED.stream("a")))
    assert 9_700 < len(due) < 10_300  # three standard deviations
    gaps = [after - before for before, after in pairwise(due)]
    mean = sum(gaps) / len(gaps)
    variance = sum((gap - mean) ** 2 for gap in gaps) / len(gaps)
    assert variance == pytest.approx(mean**2, rel=0.1)


def test_the_seed_decides() -> None:
    first, again, other = (list(Arrivals(per_second=50).due(1.0, Seed(n).stream("a"))) for n in (1, 1, 2))
    assert first == again != other


def test_processes_share_the_visits() -> None:
    share = Arrivals(per_second=90, until_per_second=180, spacing=Spacing.CONSTANT).of_one_in(3)
    assert (share.per_second, share.until_per_second) == (30, 60)


def test_nobody_comes_at_no_rate() -> None:
    assert list(Arrivals(per_second=0, spacing=Spacing.CONSTANT).due(5.0, SEED.stream("a"))) == []
