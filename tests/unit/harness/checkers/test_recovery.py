"""Service for good begins with the first of the attempts that were well to the end, and has to come within the bound."""

import pytest

from harness.checkers import first_for_good, served_again
from harness.history import IN_A_ROW, Attempt

SECOND = 1_000_000_000
HEALED_NS = 5 * SECOND


def probed(*story: bool, every_s: float = 1.0) -> list[Attempt]:
    """Attempts after the heal, each that long, served or not."""
    step = round(every_s * SECOND)
    return [
        Attempt(well, "" if well else f"refused at {place}", HEALED_NS + place * step, HEALED_NS + (place + 1) * step)
        for place, well in enumerate(story)
    ]


def test_served_at_once() -> None:
    finding = served_again(probed(*[True] * IN_A_ROW), HEALED_NS, 30)
    assert (finding.judged, finding.violations) == (3, ())
    assert finding.counts == {
        "attempts of the probe": 3,
        "of these not well": 0,
        "ms from the last heal to service for good": 1000,
    }


def test_a_lucky_attempt_is_not_service() -> None:
    story = probed(False, True, True, False, True, True, True)
    assert first_for_good(story) == story[4]
    finding = served_again(story, HEALED_NS, 30)
    assert (finding.violations, finding.counts["ms from the last heal to service for good"]) == ((), 5000)


def test_later_than_the_bound_is_a_violation() -> None:
    (violation,) = served_again(probed(False, *[True] * IN_A_ROW, every_s=16), HEALED_NS, 30).violations
    assert violation.what == (
        "it was 32.0 s after the last heal, more than 30 s, until the system served for good; before that: refused at 0"
    )


def test_an_attempt_that_is_served_late_is_late() -> None:
    (violation,) = served_again(probed(*[True] * IN_A_ROW, every_s=31), HEALED_NS, 30).violations
    assert violation.what.endswith("until the system served for good, which took 31.0 s")


@pytest.mark.parametrize("story", [[False], [True, True], [True, True, True, False], [False, True, True]])
def test_less_than_a_row_at_the_end_is_no_recovery(story: list[bool]) -> None:
    (violation,) = served_again(probed(*story), HEALED_NS, 30).violations
    assert violation.what.startswith(f"{len(story)}.0 s after the last heal no 3 attempts in a row had been served")
