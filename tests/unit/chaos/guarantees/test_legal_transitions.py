"""legal_transitions judges what anyone read of an order, and the rows at rest as one more read."""

import pytest

from chaos.guarantees.legal_transitions import legal_transitions
from chaos.observations.orders import CANCEL_ORDER, COMPLETE_ORDER, ORDERS
from harness.verdict import Outcome
from tests.unit.chaos.shop_history import ShopHistory


@pytest.fixture
def shop() -> ShopHistory:
    return ShopHistory()


@pytest.mark.parametrize("end", ["PAID", "CANCELLED", "EXPIRED"])
def test_forward_and_staying_passes(shop: ShopHistory, end: str) -> None:
    shop.sees("a", "PENDING", "PENDING", "RESERVED", "RESERVED", end, end)
    shop.stored("a", status=end)
    verdict = legal_transitions.verdict(shop.done())
    assert verdict.outcome is Outcome.PASS
    assert verdict.counts == {"judged": 6, "orders read": 1, "read more than once": 1}


@pytest.mark.parametrize(
    ("first", "then"),
    [("RESERVED", "PENDING"), ("PAID", "RESERVED"), ("CANCELLED", "PAID"), ("REJECTED", "RESERVED"), ("EXPIRED", "CANCELLED")],
)
def test_going_back_fails(shop: ShopHistory, first: str, then: str) -> None:
    shop.sees("a", first, then)
    (violation,) = legal_transitions.verdict(shop.done()).evidence
    assert violation.what == f"order a was read as {then} after it had been {first}"
    assert violation.operations == (1, 2)


def test_a_status_of_no_order_fails(shop: ShopHistory) -> None:
    shop.sees("a", "SHIPPED")
    assert legal_transitions.verdict(shop.done()).outcome is Outcome.FAIL


def test_told_paid_and_reserved_at_rest_fails(shop: ShopHistory) -> None:
    shop.does(COMPLETE_ORDER, "a", 200, "PAID")
    shop.stored("a", status="RESERVED")
    (violation,) = legal_transitions.verdict(shop.done()).evidence
    assert violation.operations == (1,)


def test_what_placing_and_cancelling_told_counts_too(shop: ShopHistory) -> None:
    shop.does(CANCEL_ORDER, "a", 200, "CANCELLED")
    shop.asks("a").answered(201, {"id": "a", "status": "RESERVED"})
    assert legal_transitions.verdict(shop.done()).outcome is Outcome.FAIL


def test_overlapping_reads_have_no_order(shop: ShopHistory) -> None:
    slow = shop.looks("a")
    shop.sees("a", "PAID")
    slow.answered(200, {"id": "a", "status": "RESERVED"})
    assert legal_transitions.verdict(shop.done()).outcome is Outcome.PASS


def test_the_status_of_a_problem_is_not_the_orders(shop: ShopHistory) -> None:
    shop.sees("a", "PAID")
    shop.looks("a").answered(503, {"status": 503})
    shop.looks("a").answered(409, {"status": "RESERVED"})
    assert legal_transitions.verdict(shop.done()).counts["judged"] == 1


def test_reads_that_nobody_got_are_vacuous(shop: ShopHistory) -> None:
    shop.looks("a")
    shop.looks("a").answered(503, {})
    shop.stored("a")
    assert legal_transitions.verdict(shop.done()).outcome is Outcome.VACUOUS


def test_reads_are_judged_though_the_run_died_before_its_end(shop: ShopHistory) -> None:
    shop.sees("a", "PAID", "RESERVED")
    assert legal_transitions.verdict(shop.done(without=ORDERS)).outcome is Outcome.FAIL


def test_a_placement_that_is_undecided_as_far_as_the_gateway_knows_is_no_read(shop: ShopHistory) -> None:
    shop.sees("a", "RESERVED", "EXPIRED")
    shop.asks("a").answered(202, {"id": "a", "status": "PENDING"})
    assert legal_transitions.verdict(shop.done()).outcome is Outcome.PASS
