"""A Message-ID is delivered to a recipient once, whatever happens."""

from pathlib import Path

import pytest

from system.sandbox.journal import FileJournal, JournalError
from system.sandbox.mailbox.box import RECORDS, Mailbox, NoSuchMessage, Record
from system.sandbox.mailbox.domain import Mail
from tests.unit.system.sandbox.fakes import Counted, ListJournal, SteppingClock

MAIL = Mail("<1@shop>", "shop@shop.example", "Thanks", "text", "<p>html</p>", {"X-Order-Id": "order-1"}, "order-1")
ADA, BOB = "ada@shop.example", "bob@shop.example"


def open_box(journal: ListJournal[Record]) -> Mailbox:
    return Mailbox(journal, SteppingClock(), Counted("msg"))


@pytest.fixture
def journal() -> ListJournal[Record]:
    return ListJournal()


@pytest.fixture
def box(journal: ListJournal[Record]) -> Mailbox:
    return open_box(journal)


def seen(box: Mailbox) -> list[tuple[str, str, int]]:
    return [(message.message_id, message.to, message.transmissions) for message in box.messages()]


def test_a_second_transmission_is_counted_and_not_delivered(box: Mailbox) -> None:
    for _ in range(3):
        box.deliver(MAIL, [ADA])
    assert seen(box) == [("<1@shop>", ADA, 3)]


def test_each_recipient_gets_the_mail(box: Mailbox) -> None:
    box.deliver(MAIL, [ADA])
    box.deliver(MAIL, [ADA, BOB, BOB.upper()])
    assert [(to.casefold(), count) for _, to, count in seen(box)] == [(ADA, 2), (BOB, 1)]


def test_spelling_does_not_make_another_recipient(box: Mailbox) -> None:
    box.deliver(MAIL, [ADA])
    box.deliver(MAIL, ["ADA@Shop.Example"])
    assert seen(box) == [("<1@shop>", ADA, 2)]


def test_another_message_id_is_another_mail(box: Mailbox) -> None:
    box.deliver(MAIL, [ADA])
    box.deliver(Mail("<2@shop>", "shop@shop.example"), [ADA])
    assert [message_id for message_id, *_ in seen(box)] == ["<1@shop>", "<2@shop>"]


def test_mails_without_a_message_id_are_never_duplicates(box: Mailbox) -> None:
    for _ in range(2):
        box.deliver(Mail(None, "shop@shop.example"), [ADA])
    assert seen(box) == [("<msg_1@mailbox.sandbox>", ADA, 1), ("<msg_2@mailbox.sandbox>", ADA, 1)]


def test_messages_are_found_by_recipient_and_order(box: Mailbox) -> None:
    box.deliver(MAIL, [ADA, BOB])
    box.deliver(Mail("<2@shop>", "shop@shop.example", order_id="order-2"), [ADA])
    assert [m.id for m in box.messages(to="ADA@shop.example")] == ["msg_1", "msg_3"]
    assert [m.id for m in box.messages(order_id="order-1")] == ["msg_1", "msg_2"]
    assert [m.id for m in box.messages(to=BOB, order_id="order-2")] == []
    assert box.message("msg_3").order_id == "order-2"


def test_a_cleared_mailbox_is_empty_but_not_forgetful(box: Mailbox) -> None:
    box.deliver(MAIL, [ADA])
    box.clear()
    box.deliver(MAIL, [ADA])
    assert seen(box) == []
    with pytest.raises(NoSuchMessage):
        box.message("msg_1")


def test_a_restart_forgets_nothing(box: Mailbox, journal: ListJournal[Record]) -> None:
    box.deliver(Mail("<0@shop>", "shop@shop.example"), [ADA])
    box.clear()
    box.deliver(MAIL, [ADA])
    box.deliver(MAIL, [ADA])
    reborn = open_box(journal)
    assert reborn.messages() == box.messages()
    reborn.deliver(MAIL, [ADA])
    reborn.deliver(Mail("<0@shop>", "shop@shop.example"), [ADA])
    assert seen(reborn) == [("<1@shop>", ADA, 3)]


def test_records_survive_the_way_through_a_file(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "journal.jsonl", RECORDS)
    box = Mailbox(journal, SteppingClock(), Counted("msg"))
    box.deliver(MAIL, [ADA, BOB])
    box.deliver(MAIL, [ADA])
    assert Mailbox(journal, SteppingClock(), Counted("msg")).messages() == box.messages()


def test_a_mail_that_cannot_be_written_down_is_not_there(box: Mailbox, journal: ListJournal[Record]) -> None:
    journal.full = True
    with pytest.raises(JournalError):
        box.deliver(MAIL, [ADA])
    assert seen(box) == []
