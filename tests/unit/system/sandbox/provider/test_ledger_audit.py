"""The audit finds every kind of planted mistake, and none in what the provider really does, whatever it is asked."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.sandbox.provider.book import Book, LedgerEntry, Outcome, Receipt, Record, Request, StoredAnswer
from system.sandbox.provider.domain import (
    Change,
    Command,
    EntryKind,
    Money,
    NewPayment,
    Operation,
    Payment,
    Refused,
    Status,
)
from tests.unit.system.sandbox.fakes import Counted, ListJournal, SteppingClock
from tests.unit.system.sandbox.provider.ledger_audit import violations

NEW = NewPayment(Money(1000, "EUR"), "order-1", "card_ok")


class ForgetsStatus(Book):
    """A planted bug: takes every payment for one that is authorised."""

    def _decide(self, command: Command, payment: Payment, decline_code: str | None) -> Change:
        return super()._decide(command, replace(payment, status=Status.AUTHORIZED), decline_code)


class ForgetsKeys(ForgetsStatus):
    """A planted bug: answers every request as if its key were new."""

    def _once(self, key: str | None, request: Request, decide: Callable[[], Change]) -> Receipt:
        self._answers: dict[str, StoredAnswer] = {}
        return super()._once(key, request, decide)


class WritesTwice(Book):
    """A planted bug: every effect is entered a second time."""

    def _record(self, key: str | None, request: Request, outcome: Outcome, change: Change | None = None) -> Receipt:
        super()._record(key, request, outcome, change)
        return super()._record(key, request, outcome, change)


def new_book(kind: type[Book] = Book) -> Book:
    return kind(ListJournal[Record](), SteppingClock(), Counted("pay"))


def captured_twice(book: Book, *keys: str) -> list[LedgerEntry]:
    book.create(NEW)
    for key in keys:
        book.change(Command(Operation.CAPTURE, "pay_1"), key)
    return book.ledger()


def captures(ledger: list[LedgerEntry]) -> int:
    return sum(entry.kind is EntryKind.CAPTURE for entry in ledger)


@pytest.mark.parametrize("keys", [("a", "b"), ("a", "a")])
def test_captured_twice_with_any_keys_is_captured_once(keys: tuple[str, str]) -> None:
    ledger = captured_twice(new_book(), *keys)
    assert captures(ledger) == 1
    assert violations(ledger) == []


def test_a_provider_that_forgets_the_status_is_found_out() -> None:
    ledger = captured_twice(new_book(ForgetsStatus), "a", "b")
    assert captures(ledger) == 2
    assert violations(ledger) == ["pay_1: capture after capture"]


def test_a_provider_that_forgets_keys_is_found_out() -> None:
    ledger = captured_twice(new_book(ForgetsKeys), "a", "a")
    assert violations(ledger) == ["pay_1: capture after capture", "key a had 2 effects"]


def test_a_provider_that_writes_twice_is_found_out() -> None:
    ledger = captured_twice(new_book(WritesTwice), "a")
    assert "pay_1: capture after capture" in violations(ledger)
    assert "key a had 2 effects" in violations(ledger)


def honest_ledger() -> list[LedgerEntry]:
    book = new_book()
    book.create(NEW)
    book.change(Command(Operation.CAPTURE, "pay_1", 600), "c")
    book.change(Command(Operation.REFUND, "pay_1"), "r")
    return book.ledger()


@pytest.mark.parametrize(
    ("place", "fake", "complaint"),
    [
        (1, {"seq": 7}, "entry 2 has seq 7"),
        (0, {"kind": EntryKind.CAPTURE}, "pay_1: capture after nothing"),
        (1, {"kind": EntryKind.VOID}, "pay_1: refund after void"),
        (1, {"kind": EntryKind.DECLINE}, "pay_1: refund after decline"),
        (1, {"amount": Money(1001, "EUR")}, "pay_1: capture of more than there was"),
        (1, {"amount": Money(600, "USD")}, "pay_1: capture in another currency"),
        (2, {"amount": Money(599, "EUR")}, "pay_1: refunded 599 of 600"),
        (2, {"idempotency_key": "c"}, "key c had 2 effects"),
        (2, {"payment_id": "pay_2"}, "pay_2: refund after nothing"),
    ],
)
def test_a_falsified_entry_is_found(place: int, fake: dict[str, object], complaint: str) -> None:
    ledger = honest_ledger()
    assert violations(ledger) == []
    ledger[place] = replace(ledger[place], **fake)  # type: ignore[arg-type]  # the field decides the type
    assert complaint in violations(ledger)


def test_a_removed_entry_is_found() -> None:
    ledger = honest_ledger()
    del ledger[1]
    assert violations(ledger) == [
        "entry 2 has seq 3",
        "pay_1: refund after authorize",
        "pay_1: refunded 600 of 1000",
    ]


METHODS = st.sampled_from(["card_ok", "card_declined"])
KEYS = st.sampled_from(["k1", "k2", "k3", "k4"])
CREATIONS = st.builds(NewPayment, st.just(Money(1000, "EUR")), st.sampled_from(["order-1", "order-2"]), METHODS)
COMMANDS = st.builds(
    Command,
    st.sampled_from([Operation.CAPTURE, Operation.REFUND, Operation.VOID]),
    st.sampled_from(["pay_1", "pay_2", "pay_3"]),
    st.sampled_from([None, 1, 1000, 1001]),
)
REQUESTS = st.lists(st.tuples(CREATIONS | COMMANDS, KEYS, st.sampled_from([None, None, "declined"])), max_size=25)


def asked(book: Book, request: Request, key: str, decline_code: str | None) -> Receipt:
    if isinstance(request, NewPayment):
        return book.create(request, key)
    return book.change(request, key, decline_code)


@given(REQUESTS)
def test_no_sequence_of_requests_breaks_the_ledger(requests: list[tuple[Request, str, str | None]]) -> None:
    journal: ListJournal[Record] = ListJournal()
    book = Book(journal, SteppingClock(), Counted("pay"))
    book.create(NEW)
    answered: dict[str, Outcome] = {}
    before = book.ledger()
    for request, key, decline_code in requests:
        try:
            receipt = asked(book, request, key, decline_code)
        except Refused:
            assert book.ledger() == before
        else:
            assert receipt.replayed is (key in answered)
            assert answered.setdefault(key, receipt.outcome) == receipt.outcome
        ledger = book.ledger()
        assert ledger[: len(before)] == before
        before = ledger
    assert violations(before) == []
    reborn = Book(journal, SteppingClock(), Counted("pay"))
    assert reborn.ledger() == before
    assert all(reborn.payment(entry.payment_id) == book.payment(entry.payment_id) for entry in before)
