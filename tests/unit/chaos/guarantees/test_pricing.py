"""Prices of products over time: while a change is under way or its outcome unknown, the old and the new price may be told."""

from collections.abc import Callable
from itertools import count

import pytest

from chaos.guarantees.pricing import possible, prices
from chaos.observations.catalogue import CREATE_PRODUCT, SET_PRICE
from chaos.observations.outside import Amount
from harness.history import Call, Ending, History, Record, Recorder, Row

MADE, NEW, NEWEST = Amount(100, "EUR"), Amount(120, "EUR"), Amount(140, "EUR")


class Staff:
    """Records what staff do; each record is 10 ns after the one before."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.recorder = Recorder(self, clock=count(10, 10).__next__)

    def write(self, record: Record) -> None:
        self.records.append(record)

    def makes(self) -> None:
        sent: Row = {"name": "Lamp", "price": {"minor_units": 100, "currency": "EUR"}}
        self.recorder.invoke("staff", CREATE_PRODUCT, sent).answered(201, {"id": "p"})

    def sets(self, price: Amount) -> Call:
        sent: Row = {"product_id": "p", "price": {"minor_units": price.minor_units, "currency": price.currency}}
        return self.recorder.invoke("staff", SET_PRICE, sent)

    def possible(self, begin_ns: int, end_ns: int) -> set[Amount]:
        return set(possible(prices(History(tuple(self.records)))["p"], begin_ns, end_ns))


@pytest.fixture
def staff() -> Staff:
    staff = Staff()
    staff.makes()  # 10 to 20
    return staff


def test_the_price_that_it_was_made_with(staff: Staff) -> None:
    assert staff.possible(30, 40) == {MADE}


def test_a_change_under_way_allows_both(staff: Staff) -> None:
    staff.sets(NEW).answered(200, {})  # 30 to 40
    assert (staff.possible(32, 35), staff.possible(25, 50)) == ({MADE, NEW}, {MADE, NEW})
    assert (staff.possible(22, 28), staff.possible(41, 50)) == ({MADE}, {NEW})


@pytest.mark.parametrize("ends", [lambda call: call.answered(503, {}), lambda call: call.end(Ending.INFO), lambda _call: None])
def test_a_change_of_unknown_outcome_may_come_at_any_time(staff: Staff, ends: Callable[[Call], None]) -> None:
    ends(staff.sets(NEW))
    assert staff.possible(1000, 1010) == {MADE, NEW}
    assert staff.possible(22, 28) == {MADE}


def test_a_refused_change_changes_nothing(staff: Staff) -> None:
    staff.sets(NEW).answered(403, {})
    assert staff.possible(1000, 1010) == {MADE}


def test_the_last_of_two_changes_stands(staff: Staff) -> None:
    staff.sets(NEW).answered(200, {})
    staff.sets(NEWEST).answered(200, {})
    assert staff.possible(1000, 1010) == {NEWEST}


def test_concurrent_changes_allow_either(staff: Staff) -> None:
    first, second = staff.sets(NEW), staff.sets(NEWEST)
    first.answered(200, {})
    second.answered(200, {})
    assert staff.possible(1000, 1010) == {NEW, NEWEST}


def test_a_product_whose_making_nobody_saw_has_a_known_price_once_it_is_set() -> None:
    staff = Staff()
    staff.sets(NEW).answered(200, {})  # 10 to 20
    assert (staff.possible(15, 18), staff.possible(21, 30)) == (set(), {NEW})
