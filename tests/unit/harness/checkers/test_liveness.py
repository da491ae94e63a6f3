"""Late is late whatever the answer; after a heal, the bound separates stumbling from being broken."""

import pytest

from harness.checkers import LAG_BOUND_S, UNDECIDED, HealthSample, answered_within, recovered
from harness.history import ClientLag, Ending, Operation

SECOND = 1_000_000_000


def operation(seconds: float | None, ending: Ending = Ending.OK, status: int | None = None) -> Operation:
    completed = None if seconds is None else round(seconds * SECOND)
    return Operation(
        id=1, process="p", name="ask", input={}, invoked_ns=0, completed_ns=completed, ending=ending, status=status
    )


def stalls(*seconds: float) -> ClientLag:
    """Stalls of these lengths, each a tenth of a second after the one before."""
    found, at = [], 0.1
    for each in seconds:
        found.append((round(at * SECOND), round((at + each) * SECOND)))
        at += each + 0.1
    return ClientLag(found)


@pytest.mark.parametrize("ending", list(Ending))
def test_in_time_is_fine_and_late_is_not_whatever_the_outcome(ending: Ending) -> None:
    assert answered_within([operation(2.0, ending)], 2.0).violations == ()
    (violation,) = answered_within([operation(2.5, ending)], 2.0).violations
    assert "ask (operation 1) took 2.5 s, longer than 2 s" in violation.what
    assert violation.operations == (1,)


def test_what_never_ended_is_counted_and_not_judged() -> None:
    finding = answered_within([operation(None)], 2.0)
    assert (finding.judged, finding.violations, finding.counts) == (0, (), {"never ended": 1, UNDECIDED: 0})


@pytest.mark.parametrize(
    ("took_s", "status", "lag", "violations", "undecided"),
    [
        (16.5, 201, stalls(), 1, 0),
        (16.5, 201, stalls(0.4, 0.4), 0, 0),
        (16.5, 201, stalls(0.4), 1, 0),
        (17.5, 201, stalls(LAG_BOUND_S + 0.1), 0, 1),
        (17.5, 201, stalls(LAG_BOUND_S - 0.1), 1, 0),
        (20.0, None, stalls(*[0.9] * 5), 0, 1),
        (40.0, 201, stalls(3.0), 1, 0),
    ],
    ids=[
        "a client that was in time",
        "late by what the client was",
        "later than the client was",
        "a client that was too late to tell",
        "a client that was just not too late to tell",
        "no answer, and one in time may have been missed",
        "late however late the client was",
    ],
)
def test_the_clients_own_lag_is_taken_off(
    took_s: float, status: int | None, lag: ClientLag, violations: int, undecided: int
) -> None:
    finding = answered_within([operation(took_s, status=status)], 16.0, lag)
    assert (len(finding.violations), finding.counts[UNDECIDED], finding.judged) == (violations, undecided, 1)


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
