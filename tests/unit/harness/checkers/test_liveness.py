"""Late is late whatever the answer; after a heal, the bound separates stumbling from being broken."""

import pytest

from harness.checkers import HealthSample, answered_within, recovered
from harness.history import Ending, Operation

SECOND = 1_000_000_000


def operation(seconds: float | None, ending: Ending = Ending.OK) -> Operation:
    completed = None if seconds is None else round(seconds * SECOND)
    return Operation(id=1, process="p", name="ask", input={}, invoked_ns=0, completed_ns=completed, ending=ending)


@pytest.mark.parametrize("ending", list(Ending))
def test_in_time_is_fine_and_late_is_not_whatever_the_outcome(ending: Ending) -> None:
    assert answered_within([operation(2.0, ending)], 2.0).violations == ()
    (violation,) = answered_within([operation(2.5, ending)], 2.0).violations
    assert "ask (operation 1) took 2.5 s, longer than 2 s" in violation.what
    assert violation.operations == (1,)


def test_what_never_ended_is_counted_and_not_judged() -> None:
    finding = answered_within([operation(None)], 2.0)
    assert (finding.judged, finding.violations, finding.counts) == (0, (), {"never ended": 1})


def sample(at: float, *, well: bool = True) -> HealthSample:
    began = round(at * SECOND)
    return HealthSample("asked", well, began, began + 1, 7)


def test_stumbling_within_the_bound_is_forgiven_and_counted() -> None:
    finding = recovered([sample(11, well=False), sample(12), sample(31)], 10 * SECOND, 20)
    assert (finding.judged, finding.violations) == (2, ())
    assert finding.counts == {"attempts after the last heal": 3, "of them not well": 1}


def test_broken_after_the_bound_is_a_breach_though_it_had_been_well() -> None:
    (violation,) = recovered([sample(11), sample(31, well=False), sample(32)], 10 * SECOND, 20).violations
    assert violation.what == "21.0 s after the last heal, more than 20 s: asked"
    assert violation.operations == (7,)


def test_what_began_before_the_heal_says_nothing() -> None:
    assert recovered([sample(9), sample(10, well=False)], 10 * SECOND, 20).judged == 0


def test_nothing_but_stumbling_within_the_bound_proves_nothing() -> None:
    assert recovered([sample(11, well=False)], 10 * SECOND, 20).judged == 0
