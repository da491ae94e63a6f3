from dataclasses import replace

import pytest

from system.notification.domain import Confirmation, Item, Money, fault_of, one_line
from tests.unit.system.notification.fakes import CONFIRMATION, ORDER


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Money(1999, "EUR"), "19.99 EUR"),
        (Money(5, "EUR"), "0.05 EUR"),
        (Money(0, "EUR"), "0.00 EUR"),
        (Money(123456789, "USD"), "1,234,567.89 USD"),
        (Money(1999, "JPY"), "1,999 JPY"),
        (Money(1999, "KWD"), "1.999 KWD"),
        (Money(-1999, "EUR"), "-19.99 EUR"),
        (Money(2**63 - 1, "EUR"), "92,233,720,368,547,758.07 EUR"),
    ],
)
def test_money_as_people_read_it(amount: Money, text: str) -> None:
    assert str(amount) == text


def test_what_a_line_costs() -> None:
    assert Item("Tea", 3, Money(1999, "EUR")).sum == Money(5997, "EUR")


def test_the_message_id_is_the_orders() -> None:
    assert CONFIRMATION.message_id == f"<order-{ORDER}@shop.example>"
    assert replace(CONFIRMATION, recipient="other@shop.example").message_id == CONFIRMATION.message_id


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Ada Lovelace", "Ada Lovelace"),
        ("  Ada \t Lovelace ", "Ada Lovelace"),
        ("Ada\r\nBcc: x@y.z", "Ada Bcc: x@y.z"),
        ("Ada\x00\x1b[31m\u2028\x85Lovelace", "Ada [31m Lovelace"),
        ("Zoë 李", "Zoë 李"),
        ("x" * 300, "x" * 200),
    ],
)
def test_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


@pytest.mark.parametrize(
    "email", ["ada@shop.example", "o'neil+tag@sub.shop.example", "Ada@Shop.Example", "a@b.c", "x" * 64 + "@shop.example"]
)
def test_addresses(email: str) -> None:
    assert fault_of(replace(CONFIRMATION, recipient=email)) == ""


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (replace(CONFIRMATION, order_id=""), "order_id"),
        (replace(CONFIRMATION, order_id=f"{ORDER}\r\nBcc: x"), "order_id"),
        (replace(CONFIRMATION, order_id=f"{ORDER}\n"), "order_id"),
        (replace(CONFIRMATION, recipient=""), "recipient_email"),
        (replace(CONFIRMATION, recipient="ada"), "recipient_email"),
        (replace(CONFIRMATION, recipient="zoë@exämple.example"), "recipient_email"),
        (replace(CONFIRMATION, recipient="ada\0@shop.example"), "recipient_email"),
        (replace(CONFIRMATION, recipient="=?utf-8?q?eve?=@shop.example"), "recipient_email"),
        (replace(CONFIRMATION, recipient="a@b@c"), "recipient_email"),
        (replace(CONFIRMATION, recipient="a@b,c@d"), "recipient_email"),
        (replace(CONFIRMATION, recipient="a@b.example\n"), "recipient_email"),
        (replace(CONFIRMATION, recipient="Ada <a@b.example>"), "recipient_email"),
        (replace(CONFIRMATION, recipient="x" * 64 + "@" + "y" * 200), "recipient_email"),
        (replace(CONFIRMATION, items=()), "items"),
        (replace(CONFIRMATION, items=(*CONFIRMATION.items,) * 501), "items"),
        (replace(CONFIRMATION, items=(Item("Tea", 0, Money(1, "EUR")),)), "quantity"),
        (replace(CONFIRMATION, items=(Item("Tea", 1, Money(-1, "EUR")),)), "price"),
        (replace(CONFIRMATION, items=(Item("Tea", 1, Money(1, "€")),)), "currency"),
        (replace(CONFIRMATION, total=Money(1, "")), "currency"),
    ],
)
def test_what_cannot_be_written_is_named(broken: Confirmation, fault: str) -> None:
    assert fault in fault_of(broken)
