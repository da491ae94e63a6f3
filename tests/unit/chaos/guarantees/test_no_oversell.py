"""no_oversell catches what it must, passes what it may, and says when it saw nothing."""

import pytest

from chaos.guarantees.no_oversell import no_oversell
from chaos.observations.orders import ORDERS
from chaos.observations.stock import MOVEMENTS, STOCK
from harness.history import NotObservedError
from harness.verdict import Outcome
from tests.unit.chaos.shop_history import ShopHistory


@pytest.fixture
def shop() -> ShopHistory:
    shop = ShopHistory()
    shop.moves("PUT", 2)
    return shop


def test_sold_out_to_the_last_unit_passes(shop: ShopHistory) -> None:
    shop.sells("a", "b")
    shop.places("c", status=409)
    shop.stock(0, 2, 0)
    verdict = no_oversell.verdict(shop.done())
    assert verdict.outcome is Outcome.PASS
    assert verdict.counts["units acknowledged"] == 2


def test_one_unit_too_many_in_the_rows_fails(shop: ShopHistory) -> None:
    shop.sells("a", "b")
    shop.stock(0, 2, 1)
    assert "3 units reserved + sold, more than the 2" in no_oversell.verdict(shop.done()).evidence[0].what


def test_negative_stock_fails(shop: ShopHistory) -> None:
    shop.sells("a", "b", "c")
    shop.stock(-1, 3, 0)
    verdict = no_oversell.verdict(shop.done())
    assert verdict.outcome is Outcome.FAIL
    assert any("available is -1" in violation.what for violation in verdict.evidence)


def test_a_moment_of_overselling_fails_though_it_was_given_back(shop: ShopHistory) -> None:
    shop.sells("a", "b")
    shop.moves("RESERVE", 1, "c")
    shop.moves("RELEASE", 1, "c")
    shop.stock(0, 2, 0)
    (violation,) = no_oversell.verdict(shop.done()).evidence
    assert "available fell to -1" in violation.what


def test_the_evidence_names_the_operation_that_took_what_was_not_there(shop: ShopHistory) -> None:
    shop.sells("a", "b", "c")
    shop.stock(-1, 3, 0)
    overdrawn = [each for each in no_oversell.verdict(shop.done()).evidence if "fell" in each.what]
    assert [each.operations for each in overdrawn] == [(3,)]


def test_customers_told_more_than_there_is_fails_though_the_books_agree(shop: ShopHistory) -> None:
    shop.sells("a", "b")
    shop.places("c")
    shop.stored("c")
    shop.stock(0, 2, 0)
    (violation,) = no_oversell.verdict(shop.done()).evidence
    assert "3 units acknowledged to customers" in violation.what


@pytest.mark.parametrize("status", ["CANCELLED", "EXPIRED"])
def test_units_given_back_may_be_sold_again(shop: ShopHistory, status: str) -> None:
    shop.places("a")
    shop.moves("RESERVE", 1, "a")
    shop.moves("RELEASE", 1, "a")
    shop.stored("a", status=status)
    shop.sells("b", "c")
    shop.stock(0, 2, 0)
    assert no_oversell.verdict(shop.done()).outcome is Outcome.PASS


def test_one_order_acknowledged_twice_counts_once(shop: ShopHistory) -> None:
    shop.sells("a", "b")
    shop.places("b")
    shop.stock(0, 2, 0)
    assert no_oversell.verdict(shop.done()).outcome is Outcome.PASS


def test_unknown_outcomes_are_not_held_against_the_shop(shop: ShopHistory) -> None:
    shop.sells("a", "b")
    shop.places("c", status=504)
    shop.stock(0, 2, 0)
    assert no_oversell.verdict(shop.done()).outcome is Outcome.PASS


def test_a_sale_without_a_buyer_is_vacuous(shop: ShopHistory) -> None:
    shop.stock(2, 0, 0)
    assert no_oversell.verdict(shop.done()).outcome is Outcome.VACUOUS


@pytest.mark.parametrize("missing", [STOCK, MOVEMENTS, ORDERS])
def test_without_its_observations_it_does_not_judge(shop: ShopHistory, missing: str) -> None:
    shop.sells("a")
    with pytest.raises(NotObservedError):
        no_oversell.verdict(shop.done(without=missing))
