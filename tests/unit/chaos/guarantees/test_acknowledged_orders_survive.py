"""acknowledged_orders_survive holds the shop to every 201 and 202, and to nothing that it did not say."""

import pytest

from chaos.guarantees.acknowledged_orders_survive import acknowledged_orders_survive
from chaos.observations.orders import ORDERS
from harness.history import NotObservedError
from harness.verdict import Outcome
from tests.unit.chaos.shop_history import ShopHistory


@pytest.fixture
def shop() -> ShopHistory:
    return ShopHistory()


@pytest.mark.parametrize("status", [201, 202])
def test_there_with_the_content_sent_passes(shop: ShopHistory, status: int) -> None:
    shop.places("a", status)
    shop.stored("a")
    verdict = acknowledged_orders_survive.verdict(shop.done())
    assert (verdict.outcome, verdict.counts["judged"]) == (Outcome.PASS, 1)


@pytest.mark.parametrize("status", [201, 202])
def test_gone_fails(shop: ShopHistory, status: int) -> None:
    shop.places("a", status)
    shop.places("b", status)
    shop.stored("b")
    (violation,) = acknowledged_orders_survive.verdict(shop.done()).evidence
    assert violation.what == "order a was acknowledged and is gone"
    assert violation.operations == (1,)


def test_another_quantity_fails(shop: ShopHistory) -> None:
    shop.places("a", quantity=1)
    shop.stored("a", quantity=2)
    (violation,) = acknowledged_orders_survive.verdict(shop.done()).evidence
    assert "in items" in violation.what


def test_another_address_fails(shop: ShopHistory) -> None:
    shop.places("a")
    shop.stored("a", street="Elsewhere 2")
    (violation,) = acknowledged_orders_survive.verdict(shop.done()).evidence
    assert "in delivery_address" in violation.what


def test_an_answer_without_an_order_fails(shop: ShopHistory) -> None:
    shop.asks("a").answered(201, {})
    (violation,) = acknowledged_orders_survive.verdict(shop.done()).evidence
    assert violation.what == "operation 1 was answered 201 without an order's id"


def test_not_found_by_its_owner_after_the_answer_fails_though_it_is_there_at_the_end(shop: ShopHistory) -> None:
    shop.places("a")
    shop.reads("a", 404)
    shop.stored("a")
    (violation,) = acknowledged_orders_survive.verdict(shop.done()).evidence
    assert violation.operations == (1, 2)


def test_found_and_then_not_found_fails_after_a_202_too(shop: ShopHistory) -> None:
    shop.places("a", 202)
    shop.reads("a", 200)
    shop.reads("a", 404)
    shop.stored("a")
    (violation,) = acknowledged_orders_survive.verdict(shop.done()).evidence
    assert violation.operations == (2, 3)


def test_not_found_yet_after_a_202_is_no_breach_when_it_is_there_at_the_end(shop: ShopHistory) -> None:
    shop.places("a", 202)
    shop.reads("a", 404)
    shop.reads("a", 200)
    shop.stored("a")
    assert acknowledged_orders_survive.verdict(shop.done()).outcome is Outcome.PASS


def test_not_found_before_the_answer_is_no_breach(shop: ShopHistory) -> None:
    shop.reads("a", 404)
    shop.places("a")
    shop.stored("a")
    assert acknowledged_orders_survive.verdict(shop.done()).outcome is Outcome.PASS


def test_unknown_outcomes_are_counted_and_never_held_against_the_shop(shop: ShopHistory) -> None:
    shop.places("a")
    shop.stored("a")
    shop.places("b", 504)
    shop.places("c", 503)
    shop.stored("c")
    shop.asks("d")
    verdict = acknowledged_orders_survive.verdict(shop.done())
    assert verdict.outcome is Outcome.PASS
    assert verdict.counts == {
        "judged": 1,
        "outcome unknown": 3,
        "outcome unknown, order exists": 1,
        "404 while still in the queue": 0,
    }


def test_an_unknown_outcome_that_a_retry_settled_is_known(shop: ShopHistory) -> None:
    shop.places("a", 503)
    shop.places("a", 201)
    shop.stored("a")
    verdict = acknowledged_orders_survive.verdict(shop.done())
    assert verdict.counts == {
        "judged": 1,
        "outcome unknown": 0,
        "outcome unknown, order exists": 0,
        "404 while still in the queue": 0,
    }


@pytest.mark.parametrize("status", [409, 503, 504])
def test_no_acknowledgement_is_vacuous(shop: ShopHistory, status: int) -> None:
    shop.places("a", status)
    assert acknowledged_orders_survive.verdict(shop.done()).outcome is Outcome.VACUOUS


def test_without_an_observation_it_does_not_judge(shop: ShopHistory) -> None:
    shop.places("a")
    with pytest.raises(NotObservedError):
        acknowledged_orders_survive.verdict(shop.done(without=ORDERS))
