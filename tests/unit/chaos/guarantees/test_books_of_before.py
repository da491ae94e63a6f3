"""Runs that were saved before prices, payments and mails' texts were observed: what they lack is not judged, and no breach."""

import pytest

from chaos.guarantees.amounts_agree import amounts_agree
from chaos.guarantees.answers_agree import answers_agree
from chaos.guarantees.mail_tells_its_order import mail_tells_its_order
from chaos.guarantees.payment_books_agree import payment_books_agree
from harness.history import NotObservedError, Row
from harness.verdict import Outcome
from tests.unit.chaos.shop_history import ADDRESS, ShopHistory

PRICE: Row = {"minor_units": 1999, "currency": "EUR"}


@pytest.fixture
def shop() -> ShopHistory:
    shop = ShopHistory()
    shop.pays("a")
    return shop


def test_payments_that_were_not_observed_are_unknown(shop: ShopHistory) -> None:
    with pytest.raises(NotObservedError):
        payment_books_agree.verdict(shop.done())


def test_mails_without_an_address_are_not_read(shop: ShopHistory) -> None:
    assert mail_tells_its_order.verdict(shop.done()).outcome is Outcome.VACUOUS


def test_totals_are_compared_with_captures_without_the_lines_prices(shop: ShopHistory) -> None:
    assert amounts_agree.verdict(shop.done()).outcome is Outcome.PASS
    shop.provider("capture", "a", "pay-a", units=1998)
    (violation,) = amounts_agree.verdict(shop.done()).evidence
    assert violation.what == "order a: 1998 EUR captured by pay-a for 1999 EUR"


@pytest.mark.parametrize(("quantity", "outcome"), [(1, Outcome.PASS), (2, Outcome.FAIL)])
def test_answers_are_compared_without_the_rows_prices(shop: ShopHistory, quantity: int, outcome: Outcome) -> None:
    told: Row = {
        "id": "a",
        "status": "PAID",
        "items": [{"product_id": "p", "name": "Lamp", "quantity": quantity, "unit_price": dict(PRICE)}],
        "total": dict(PRICE),
        "payment_id": "pay-a",
        "delivery_address": dict(ADDRESS),
    }
    shop.looks("a").answered(200, told)
    assert answers_agree.verdict(shop.done()).outcome is outcome
