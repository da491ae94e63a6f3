"""stock_conserved compares three accounts of the same units, and each pair must agree."""

import pytest

from chaos.guarantees.stock_conserved import stock_conserved
from harness.verdict import Outcome
from tests.unit.chaos.shop_history import ShopHistory


@pytest.fixture
def shop() -> ShopHistory:
    shop = ShopHistory()
    shop.moves("PUT", 5)
    return shop


def test_a_whole_life_adds_up(shop: ShopHistory) -> None:
    shop.sells("a", "b")
    shop.moves("CONFIRM", 1, "b")
    shop.moves("RESERVE", 1, "c")
    shop.moves("RELEASE", 1, "c")
    shop.holds("c", state="RELEASED")
    shop.moves("RESERVE", 1, "d")
    shop.moves("CONFIRM", 1, "d")
    shop.moves("RETURN", 1, "d")
    shop.holds("d", state="RELEASED")
    shop.moves("PUT", -2)
    shop.rows["product.reservations"] = [
        {**row, "state": "CONFIRMED"} if row["order_id"] == "b" else row for row in shop.rows["product.reservations"]
    ]
    shop.stock(1, 1, 1)
    assert stock_conserved.verdict(shop.done()).outcome is Outcome.PASS


def test_a_unit_lost_from_the_row_fails(shop: ShopHistory) -> None:
    shop.sells("a")
    shop.stock(3, 1, 0)
    (violation,) = stock_conserved.verdict(shop.done()).evidence
    assert "5 put in, the rows hold available 3 + reserved 1 + sold 0 = 4" in violation.what


def test_a_movement_without_its_row_fails(shop: ShopHistory) -> None:
    shop.sells("a")
    shop.moves("RESERVE", 1, "b")
    shop.holds("b")
    shop.stock(4, 1, 0)
    assert stock_conserved.verdict(shop.done()).outcome is Outcome.FAIL


def test_a_reservation_that_the_stock_does_not_know_fails(shop: ShopHistory) -> None:
    shop.sells("a")
    shop.holds("b")
    shop.stock(4, 1, 0)
    (violation,) = stock_conserved.verdict(shop.done()).evidence
    assert violation.what == "p: 1 units reserved by its row, 2 by its reservations"


def test_units_held_for_nobody_fail(shop: ShopHistory) -> None:
    shop.moves("RESERVE", 2, "a")
    shop.stock(3, 2, 0)
    (violation,) = stock_conserved.verdict(shop.done()).evidence
    assert "2 units reserved by its row, 0 by its reservations" in violation.what


def test_a_released_reservation_holds_nothing(shop: ShopHistory) -> None:
    shop.moves("RESERVE", 1, "a")
    shop.moves("RELEASE", 1, "a")
    shop.holds("a", state="RELEASED")
    shop.stock(5, 0, 0)
    assert stock_conserved.verdict(shop.done()).outcome is Outcome.PASS


def test_stock_that_nobody_reserved_is_vacuous(shop: ShopHistory) -> None:
    shop.stock(5, 0, 0)
    assert stock_conserved.verdict(shop.done()).outcome is Outcome.VACUOUS


def test_an_unknown_kind_of_movement_is_not_judged_as_if_it_were_nothing(shop: ShopHistory) -> None:
    shop.sells("a")
    shop.moves("GIFT", 1)
    shop.stock(4, 1, 0)
    with pytest.raises(ValueError, match="kind"):
        stock_conserved.verdict(shop.done())
