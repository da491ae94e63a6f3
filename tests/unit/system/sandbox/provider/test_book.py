"""The book answers a key once, remembers across restarts, and believes only what is written down."""

from pathlib import Path

import pytest

from system.sandbox.journal import FileJournal, JournalError
from system.sandbox.provider.book import RECORDS, Book, Record
from system.sandbox.provider.domain import Command, Money, NewPayment, Operation, Payment, Refusal, Refused, Status
from tests.unit.system.sandbox.fakes import Counted, ListJournal, SteppingClock

NEW = NewPayment(Money(1000, "EUR"), "order-1", "card_ok")
CAPTURE = Command(Operation.CAPTURE, "pay_1")
REFUND = Command(Operation.REFUND, "pay_1")
VOID = Command(Operation.VOID, "pay_1")


def open_book(journal: ListJournal[Record]) -> Book:
    return Book(journal, SteppingClock(), Counted("pay"))


@pytest.fixture
def journal() -> ListJournal[Record]:
    return ListJournal()


@pytest.fixture
def book(journal: ListJournal[Record]) -> Book:
    book = open_book(journal)
    book.create(NEW)
    return book


def kinds(book: Book) -> list[str]:
    return [entry.kind.value for entry in book.ledger()]


def code_of(outcome: Payment | Refusal) -> str:
    assert isinstance(outcome, Refusal)
    return outcome.code


def test_the_same_key_and_request_get_the_stored_answer(book: Book) -> None:
    first = book.change(CAPTURE, "k")
    book.change(REFUND, "r")
    again = book.change(CAPTURE, "k")
    assert (first.replayed, again.replayed) == (False, True)
    assert again.outcome == first.outcome  # still "captured", though it is refunded by now
    assert kinds(book) == ["authorize", "capture", "refund"]


@pytest.mark.parametrize("other", [REFUND, VOID, Command(Operation.CAPTURE, "pay_1", 1000), Command(Operation.CAPTURE, "x")])
def test_the_same_key_with_another_request_is_refused_and_does_nothing(book: Book, other: Command) -> None:
    book.change(CAPTURE, "k")
    with pytest.raises(Refused) as caught:
        book.change(other, "k")
    assert caught.value.refusal.code == "idempotency_key_reused"
    assert kinds(book) == ["authorize", "capture"]


def test_refusals_are_stored_too(book: Book) -> None:
    assert code_of(book.change(REFUND, "early").outcome) == "not_captured"
    book.change(CAPTURE, "k")
    again = book.change(REFUND, "early")
    assert (code_of(again.outcome), again.replayed) == ("not_captured", True)


def test_declines_are_stored_and_final(book: Book) -> None:
    assert code_of(book.change(CAPTURE, "k", "stolen_card").outcome) == "stolen_card"
    assert book.change(CAPTURE, "k").replayed
    assert code_of(book.change(CAPTURE, "other").outcome) == "stolen_card"
    assert kinds(book) == ["authorize", "decline"]


def test_an_unknown_payment_leaves_the_key_free(journal: ListJournal[Record]) -> None:
    book = open_book(journal)
    with pytest.raises(Refused, match="no payment pay_1"):
        book.change(CAPTURE, "k")
    book.create(NEW)
    assert not book.change(CAPTURE, "k").replayed


def test_creations_heed_keys_but_need_none(book: Book) -> None:
    first, again = book.create(NEW, "n"), book.create(NEW, "n")
    assert (again.outcome, again.replayed) == (first.outcome, True)
    assert book.create(NEW).outcome != book.create(NEW).outcome
    assert len(book.ledger()) == 4


def test_the_ledger_says_what_when_and_under_which_key(book: Book) -> None:
    book.change(CAPTURE, "k")
    entry = book.ledger()[-1]
    assert (entry.seq, entry.payment_id, entry.reference, entry.idempotency_key) == (2, "pay_1", "order-1", "k")
    assert entry.amount == Money(1000, "EUR")
    assert entry.at_monotonic > book.ledger()[0].at_monotonic


def test_the_ledger_can_be_read_for_one_reference(book: Book) -> None:
    book.create(NewPayment(Money(5, "EUR"), "order-2", "card_ok"))
    assert [entry.payment_id for entry in book.ledger("order-2")] == ["pay_2"]
    assert book.ledger("order-3") == []


def test_who_holds_a_ledger_cannot_change_it(book: Book) -> None:
    book.ledger().clear()
    assert kinds(book) == ["authorize"]


def test_a_restart_forgets_nothing(book: Book, journal: ListJournal[Record]) -> None:
    book.change(CAPTURE, "k")
    book.change(VOID, "v")
    reborn = open_book(journal)
    assert reborn.ledger() == book.ledger()
    assert reborn.payment("pay_1") == book.payment("pay_1")
    assert reborn.change(CAPTURE, "k").replayed
    assert code_of(reborn.change(VOID, "v").outcome) == "already_captured"
    assert kinds(reborn) == ["authorize", "capture"]


def test_records_survive_the_way_through_a_file(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "journal.jsonl", RECORDS)
    book = Book(journal, SteppingClock(), Counted("pay"))
    book.create(NEW, "n")
    book.create(NEW)
    book.change(CAPTURE, "k")
    book.change(VOID, "v")
    book.change(Command(Operation.CAPTURE, "pay_2"), "d", "stolen_card")
    reborn = Book(journal, SteppingClock(), Counted("never"))
    assert reborn.ledger() == book.ledger()
    assert [reborn.payment(p).status for p in ("pay_1", "pay_2")] == [Status.CAPTURED, Status.DECLINED]
    assert reborn.create(NEW, "n") == book.create(NEW, "n")
    assert reborn.change(VOID, "v") == book.change(VOID, "v")


def test_a_change_that_cannot_be_written_down_did_not_happen(book: Book, journal: ListJournal[Record]) -> None:
    journal.full = True
    with pytest.raises(JournalError):
        book.change(CAPTURE, "k")
    assert (book.payment("pay_1").status, kinds(book)) == (Status.AUTHORIZED, ["authorize"])
    journal.full = False
    assert not book.change(CAPTURE, "k").replayed


def test_reading_changes_no_payment(book: Book) -> None:
    with pytest.raises(ValueError, match="get changes no payment"):
        book.change(Command(Operation.GET, "pay_1"), "k")
