"""The clients' lag within a time is what of their stalls lies in it."""

import pytest

from harness.history import CLIENT_STALLED, ClientLag, History, Lag, Operation, Record, Recorder

S = 1_000_000_000
LAG = ClientLag([(8 * S, 9 * S), (2 * S, 4 * S)])


@pytest.mark.parametrize(
    ("begin_s", "end_s", "total_s", "longest_s"),
    [
        (0, 10, 3, 2),
        (0, 2, 0, 0),
        (4, 8, 0, 0),
        (9, 20, 0, 0),
        (3, 8.5, 1.5, 1),
        (2.5, 3, 0.5, 0.5),
        (3.5, 20, 1.5, 1),
    ],
)
def test_only_what_lies_within_counts(begin_s: float, end_s: float, total_s: float, longest_s: float) -> None:
    assert LAG.within(round(begin_s * S), round(end_s * S)) == Lag(total_s, longest_s)


def test_stalls_that_overlap_count_once() -> None:
    assert ClientLag([(0, 2 * S), (1 * S, 3 * S), (2 * S, 3 * S)]).within(0, 10 * S) == Lag(3.0, 3.0)


def test_it_is_read_from_events_that_end_a_stall() -> None:
    records: list[Record] = []

    class Sink:
        def write(self, record: Record) -> None:
            records.append(record)

    times = iter((5 * S, 6 * S))
    recorder = Recorder(Sink(), clock=lambda: next(times))
    recorder.event(CLIENT_STALLED, "", {"seconds": 1.5})
    recorder.event("something else", "", {"seconds": 1.5})
    assert ClientLag.of(History(records)).within(4 * S, 10 * S) == Lag(1.0, 1.0)


def test_an_operation_that_never_ended_has_no_lag() -> None:
    never = Operation(id=1, process="p", name="ask", input={}, invoked_ns=0)
    assert LAG.during(never) == Lag()
