"""A planted regression is seen within five nights, noise alone is not, and neither are figures of which there are too few."""

import pytest

from harness.seed import Seed
from harness.trend.changes import ENOUGH, changes

NOISE = 0.03
"""Standard deviation of the CPU for each operation, as a share, over runs on one machine."""
BEFORE = 40
WITHIN = 5


def quiet(seed: int, nights: int) -> list[float]:
    random = Seed(seed).stream("nights")
    return [9.4 * random.gauss(1.0, NOISE) for _ in range(nights)]


@pytest.mark.parametrize("seed", range(4))
def test_a_regression_by_a_tenth_is_seen_within_five_nights(seed: int) -> None:
    figures = quiet(seed, BEFORE + WITHIN)
    slower = [*figures[:BEFORE], *(1.1 * figure for figure in figures[BEFORE:])]
    assert changes(slower[:BEFORE]) == ()
    (change,) = changes(slower)
    assert abs(change.night - BEFORE) <= 2
    assert change.by == pytest.approx(0.1, abs=0.04)


@pytest.mark.parametrize("seed", range(100, 102))
def test_two_hundred_nights_of_noise_raise_no_alarm(seed: int) -> None:
    figures = quiet(seed, 200)
    assert [night for night in range(20, 201, 20) if changes(figures[:night])] == []


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(200, 210))
def test_nor_in_any_night_of_them(seed: int) -> None:
    figures = quiet(seed, 200)
    assert [night for night in range(ENOUGH, 201) if changes(figures[:night])] == []


def test_an_improvement_is_a_change_too() -> None:
    (change,) = changes([10.0, 10.1, 9.9, 10.0, 10.1, 9.9, 10.0, 5.0, 5.1, 4.9, 5.0, 5.1, 4.9])
    assert (change.night, round(change.by, 1)) == (7, -0.5)


def test_of_few_nights_nothing_is_said() -> None:
    assert changes([1.0, 1.0, 9.0, 9.0, 9.0][: ENOUGH - 1]) == ()
    assert changes([]) == ()


def test_a_figure_that_never_moves_has_not_changed() -> None:
    assert changes([3.0] * 40) == ()
    assert changes([0.0] * 40) == ()
