"""Reasons, codes, greetings and times that answers and mails tell are those of the books."""

from collections.abc import Mapping
from dataclasses import asdict
from itertools import count

import pytest

from chaos.guarantees.answers_agree import answers_agree
from chaos.guarantees.mail_tells_its_order import mail_tells_its_order
from chaos.guarantees.payment_books_agree import payment_books_agree
from chaos.guarantees.reservations_last import reservations_last
from chaos.observations import catalogue, identity
from chaos.observations.orders import (
    AUTHORISE_PAYMENT,
    COMPLETE_ORDER,
    ORDER_ITEMS,
    ORDERS,
    READ_ORDER,
    TIME_TO_PAY,
    TimeToPayRow,
)
from chaos.observations.outside import MAILBOX, Amount
from chaos.observations.payments import PAYMENTS
from harness.history import Recorder, Row
from harness.verdict import Outcome
from tests.unit.chaos.shop_history import ADDRESS, ShopHistory

LINES = "2 x Lamp\n    10.00 EUR each, 20.00 EUR"
HTML_LINES = "Lamp\n2 \u00d7 10.00 EUR\n20.00 EUR"


def stored(shop: ShopHistory, order: str, status: str, reason: str) -> None:
    shop.stored(order, status)
    shop.rows[ORDERS][-1] = {**shop.rows[ORDERS][-1], "reason": reason}


@pytest.mark.parametrize(
    ("status", "reason", "told", "expected"),
    [
        ("CANCELLED", "CANCELLED_BY_OWNER", "CANCELLED_BY_OWNER", Outcome.PASS),
        ("CANCELLED", "NOT_PAID_IN_TIME", "NOT_PAID_IN_TIME", Outcome.FAIL),
        ("EXPIRED", "NOT_PAID_IN_TIME", None, Outcome.FAIL),
        ("EXPIRED", "NOT_PAID_IN_TIME", "CANCELLED_BY_OWNER", Outcome.FAIL),
    ],
)
def test_reasons(status: str, reason: str, told: str | None, expected: Outcome) -> None:
    shop = ShopHistory()
    stored(shop, "o", status, reason)
    total: Row = {"minor_units": 1999, "currency": "EUR"}
    items: Row = {"product_id": "p", "quantity": 1}
    said: Row = {"id": "o", "status": status, "items": [dict(items)], "total": dict(total), "delivery_address": dict(ADDRESS)}
    shop.looks("o").answered(200, {**said, "reason": told, "payment_id": None})
    assert answers_agree.verdict(shop.done()).outcome is expected


@pytest.mark.parametrize(("name", "alarms"), [("Lamp", 0), ("Lantern", 0), ("p", 1)])
def test_a_line_has_a_name_that_staff_gave(name: str, alarms: int) -> None:
    shop = ShopHistory()
    made = catalogue.NewProduct("Lamp", Amount(10, "EUR"))
    shop.recorder.invoke("staff", catalogue.CREATE_PRODUCT, asdict(made)).answered(201, {"id": "p"})
    shop.recorder.invoke("staff", "change_product", {"product_id": "p", "name": "Lantern"}).answered(200, {})
    shop.stored("o")
    shop.rows[ORDER_ITEMS][-1] = {**shop.rows[ORDER_ITEMS][-1], "name": name}
    assert len(answers_agree.verdict(shop.done()).evidence) == alarms


@pytest.mark.parametrize(("code", "alarms"), [("OUT_OF_STOCK", 0), ("UNKNOWN_PRODUCT", 1), ("IDEMPOTENCY_KEY_REUSED", 0)])
def test_a_refusal_is_for_the_reason_of_its_order(code: str, alarms: int) -> None:
    shop = ShopHistory()
    shop.asks("o").answered(409, {"code": code, "order_id": "o"})
    stored(shop, "o", "REJECTED", "OUT_OF_STOCK")
    assert len(answers_agree.verdict(shop.done()).evidence) == alarms


@pytest.mark.parametrize(
    ("told", "kept", "expected"),
    [
        ("EXPIRED_CARD", "EXPIRED_CARD", Outcome.PASS),
        ("PAYMENT_ALREADY_USED", "EXPIRED_CARD", Outcome.PASS),
        ("PAYMENT_DECLINED", "EXPIRED_CARD", Outcome.FAIL),
        ("EXPIRED", "EXPIRED", Outcome.FAIL),
    ],
)
def test_why_a_payment_is_declined(told: str, kept: str, expected: Outcome) -> None:
    shop = ShopHistory()
    shop.stored("o")
    asked: Row = {"order_id": "o", "method": "card_expired"}
    shop.recorder.invoke("buyer-o", AUTHORISE_PAYMENT, asked).answered(201, {"id": "pay-o"})
    shop.provider("authorize", "o")
    shop.provider("decline", "o")
    complete: Row = {"order_id": "o", "payment_id": "pay-o"}
    shop.recorder.invoke("buyer-o", COMPLETE_ORDER, complete).answered(402, {"code": told})
    amount: Row = {"amount_minor": 1999, "currency": "EUR"}
    book: Row = {"order_id": "o", "provider_payment_id": "pay-o", **amount, "status": "DECLINED", "reason": kept}
    shop.rows[PAYMENTS] = [book]
    assert payment_books_agree.verdict(shop.done()).outcome is expected


MAIL: Mapping[str, str] = {
    "to": "new@x.example",
    "subject": "Your order O is confirmed",
    "text": f"Thank you, Ada!\n\n{LINES}\n\nTotal: 20.00 EUR\n\nOrder: o",
    "html_text": f"Thank you, Ada!\n{HTML_LINES}\nTotal\n20.00 EUR\nOrder o",
}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, Outcome.PASS),
        ({"to": "mallory@x.example"}, Outcome.FAIL),
        ({"text": MAIL["text"].replace("Ada", "new@x.example")}, Outcome.FAIL),
        ({"html_text": MAIL["html_text"].replace("Ada", "Eve")}, Outcome.FAIL),
        ({"html_text": MAIL["html_text"].replace("10.00 EUR\n20.00", "10.00 EUR\n10.00")}, Outcome.FAIL),
        ({"text": MAIL["text"].replace("10.00", "20.00")}, Outcome.FAIL),
    ],
)
def test_what_a_mail_says(changed: Row, expected: Outcome) -> None:
    shop = ShopHistory()
    shop.stored("o", "PAID", 2)
    shop.rows[ORDERS][-1] = {**shop.rows[ORDERS][-1], "total_minor": 2000}
    shop.rows[ORDER_ITEMS][-1] = {**shop.rows[ORDER_ITEMS][-1], "name": "Lamp", "unit_price_minor": 1000, "currency": "EUR"}
    shop.rows[identity.USERS] = [{"id": "user-o", "role": "USER", "version": 1, "email": "new@x.example"}]
    moved = identity.Shown("user-o", "s", "gateway-1", "email", "new@x.example", proof=1)
    shop.recorder.invoke("buyer-o", identity.CHANGE_ACCOUNT, asdict(moved)).answered(200, {})
    shop.rows[MAILBOX] = [{"message_id": "<o>", "order_id": "o", "transmissions": 1, **MAIL, **changed}]
    assert mail_tells_its_order.verdict(shop.done()).outcome is expected


@pytest.mark.parametrize(("reads", "expected"), [(1, Outcome.PASS), (6, Outcome.FAIL)])
def test_what_is_over_cannot_be_paid(reads: int, expected: Outcome) -> None:
    """Something happens every second; 5 s are given to pay."""
    shop = ShopHistory()
    shop.recorder = Recorder(shop, clock=count(0, 1_000_000_000).__next__)
    shop.rows[TIME_TO_PAY] = [asdict(TimeToPayRow(5.0))]
    until: Row = {"updated_at": "2026-11-22T12:00:00Z", "expires_at": "2026-11-22T12:00:05Z"}
    shop.asks("o").answered(201, {"id": "o", "status": "RESERVED", **until})
    for _ in range(reads):
        shop.recorder.invoke("buyer-o", READ_ORDER, {"order_id": "o"}).answered(503, {})
    shop.does(COMPLETE_ORDER, "o", 200, "PAID")
    assert reservations_last.verdict(shop.done()).outcome is expected
