"""Both sides of each limit: what is beyond it is refused as invalid, what is just within it is not."""

from dataclasses import asdict

import pytest

from chaos.guarantees.limits_kept import limits_kept
from chaos.observations import catalogue, identity
from chaos.observations.orders import PLACE_ORDER
from chaos.observations.outside import Amount
from harness.history import Row
from harness.verdict import Outcome
from tests.unit.chaos.shop_history import ADDRESS, ShopHistory


def order(*units: int, key: str = "k", same: bool = False, **parts: str) -> Row:
    lines = [{"product_id": "p" if same else f"p{n}", "quantity": each} for n, each in enumerate(units)]
    return {"user_id": "u", "key": key, "items": lines, "delivery_address": {**ADDRESS, **parts}}  # type: ignore[dict-item]  # JSON


def price(units: int, currency: str = "EUR") -> Row:
    return asdict(catalogue.PriceChange("p", Amount(units, currency)))


WITHIN: tuple[tuple[str, Row], ...] = (
    (PLACE_ORDER, order(1, 1000)),
    (PLACE_ORDER, order(*[1] * 50, key="k" * 255)),
    (PLACE_ORDER, order(1, recipient="R" * 200, city="\u00df" * 100, postal_code="9" * 20)),
    (catalogue.SET_PRICE, price(1)),
    (catalogue.SET_PRICE, price(100_000_000_000)),
    (catalogue.SET_STOCK, {"product_id": "p", "available": 0}),
    (catalogue.CREATE_PRODUCT, asdict(catalogue.NewProduct("N" * 200, Amount(1, "EUR")))),
    (identity.LIST_ORDERS, asdict(identity.OrdersPage("u", "", "", 100))),
    (identity.CHANGE_ACCOUNT, asdict(identity.Shown("u", "s", "gateway-1", "name", "N" * 100))),
)
BEYOND: tuple[tuple[str, Row], ...] = (
    (PLACE_ORDER, order()),
    (PLACE_ORDER, order(1, 0)),
    (PLACE_ORDER, order(1001)),
    (PLACE_ORDER, order(*[1] * 51)),
    (PLACE_ORDER, order(1, 1, same=True)),
    (PLACE_ORDER, order(1, key="k" * 256)),
    (PLACE_ORDER, order(1, street=" ")),
    (PLACE_ORDER, order(1, postal_code="9" * 21)),
    (PLACE_ORDER, order(1, country="ch")),
    (catalogue.SET_PRICE, price(0)),
    (catalogue.SET_PRICE, price(100_000_000_001)),
    (catalogue.SET_PRICE, price(1, "eur")),
    (catalogue.SET_STOCK, {"product_id": "p", "available": -1}),
    (catalogue.SET_STOCK, {"product_id": "p", "available": 1_000_000_001}),
    (catalogue.CREATE_PRODUCT, asdict(catalogue.NewProduct(" ", Amount(1, "EUR")))),
    (catalogue.LIST_PRODUCTS, asdict(catalogue.ProductsPage("w", "", 0, 20, "name"))),
    (identity.LIST_ORDERS, asdict(identity.OrdersPage("u", "", "", 101))),
    (identity.CHANGE_ACCOUNT, asdict(identity.Shown("u", "s", "gateway-1", "name", "N" * 101))),
)
INVALID: Row = {"code": "VALIDATION_FAILED"}


def outcome(operation: str, sent: Row, status: int, said: Row | None = None) -> Outcome:
    shop = ShopHistory()
    shop.recorder.invoke("somebody", operation, sent).answered(status, said or {})
    return limits_kept.verdict(shop.done()).outcome


@pytest.mark.parametrize(("operation", "sent"), WITHIN)
def test_what_is_within_is_let_in(operation: str, sent: Row) -> None:
    assert outcome(operation, sent, 200) is Outcome.PASS
    assert outcome(operation, sent, 422, INVALID) is Outcome.FAIL


@pytest.mark.parametrize(("operation", "sent"), BEYOND)
def test_what_is_beyond_is_refused(operation: str, sent: Row) -> None:
    assert outcome(operation, sent, 422, INVALID) is Outcome.PASS
    assert outcome(operation, sent, 200) is Outcome.FAIL
    assert outcome(operation, sent, 409, {"code": "OUT_OF_STOCK"}) is Outcome.FAIL


def test_what_was_not_decided_is_not_judged() -> None:
    for status in (401, 429, 500, 503):
        assert outcome(*BEYOND[0], status) is Outcome.VACUOUS
