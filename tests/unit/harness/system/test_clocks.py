"""A clock's offset is measured within its error, whatever the round trips are like."""

from hypothesis import given
from hypothesis import strategies as st

from harness.system.clocks import ClockOffset, measured, this_machine

TRIPS = st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), min_size=5, max_size=5)


class Network:
    """A clock that is `ahead_ns` of ours, asked over trips of these times there and back (ns)."""

    def __init__(self, ahead_ns: int, trips: list[tuple[int, int]]) -> None:
        self.now = 1_000
        self.ahead_ns = ahead_ns
        self.trips = list(trips)

    def clock(self) -> int:
        return self.now

    def ask(self) -> int:
        there, back = self.trips.pop(0)
        self.now += there
        told = self.now + self.ahead_ns
        self.now += back
        return told


@given(st.integers(-(10**18), 10**18), TRIPS)
def test_the_truth_is_within_the_error(ahead_ns: int, trips: list[tuple[int, int]]) -> None:
    network = Network(ahead_ns, trips)
    found = measured(network.ask, resolution_ns=0, clock=network.clock)
    assert abs(found.offset_ns - ahead_ns) <= found.error_ns
    assert found.error_ns <= min(sum(trip) for trip in trips) // 2 + 1, "the quickest round counts"


def test_a_time_is_translated() -> None:
    assert ClockOffset(offset_ns=100, error_ns=3).of_history(150) == 50


def test_our_own_clock_is_known_well() -> None:
    assert this_machine().error_ns < 1_000_000
