"""Operations are put together from their two lines, whatever is missing."""

import pytest

from harness.history import (
    Completion,
    Ending,
    History,
    Invoke,
    MalformedHistoryError,
    NotObservedError,
    Observation,
)

INVOKE = Invoke(time_ns=10, id=1, process="buyer-1", operation="place_order", input={"key": "k"})
OK = Completion(time_ns=2_000_000_010, id=1, process="buyer-1", operation="place_order", type=Ending.OK, status=201)


def test_an_operation_has_both_ends() -> None:
    (operation,) = History((INVOKE, OK)).operations
    assert (operation.ok, operation.unknown, operation.status, operation.latency_s) == (True, False, 201, 2.0)
    assert operation.input == {"key": "k"}


def test_an_operation_that_never_ended_is_unknown() -> None:
    (operation,) = History((INVOKE,)).operations
    assert (operation.unknown, operation.completed_ns, operation.latency_s) == (True, None, None)


def test_operations_are_found_by_name() -> None:
    read = Invoke(time_ns=11, id=2, process="buyer-1", operation="read_order")
    history = History((INVOKE, read, OK))
    assert [operation.id for operation in history.named("place_order")] == [1]
    assert [operation.id for operation in history.named("place_order", "read_order")] == [1, 2]


@pytest.mark.parametrize("records", [(OK,), (INVOKE, INVOKE), (INVOKE, OK, OK)])
def test_a_history_that_cannot_be_is_refused(records: tuple[Invoke | Completion, ...]) -> None:
    with pytest.raises(MalformedHistoryError):
        _ = History(records).operations


def test_the_latest_observation_counts() -> None:
    early = Observation(time_ns=1, subject="stock", rows=({"available": 5},))
    late = Observation(time_ns=2, subject="stock", rows=({"available": 4},))
    assert History((early, late)).observed("stock") == ({"available": 4},)


def test_an_observation_says_whether_the_system_was_at_rest() -> None:
    history = History(
        (Observation(time_ns=1, subject="stock", rows=()), Observation(time_ns=2, subject="orders", at_rest=False, rows=()))
    )
    assert (history.at_rest("stock"), history.at_rest("orders")) == (True, False)
    assert [record.at_rest for record in history.records if isinstance(record, Observation)] == [True, False]


def test_what_was_never_observed_cannot_be_judged() -> None:
    with pytest.raises(NotObservedError, match="ledger"):
        History(()).observed("ledger")
