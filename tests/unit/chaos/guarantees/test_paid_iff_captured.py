"""paid_iff_captured compares the orders with the provider's ledger, both ways and to the cent."""

import pytest

from chaos.guarantees.paid_iff_captured import paid_iff_captured
from chaos.observations.orders import ORDERS, SAGAS
from chaos.observations.outside import PROVIDER_LEDGER
from harness.history import NotObservedError
from harness.verdict import Outcome
from tests.unit.chaos.shop_history import ShopHistory


@pytest.fixture
def shop() -> ShopHistory:
    return ShopHistory()


def test_paid_and_captured_passes(shop: ShopHistory) -> None:
    shop.pays("a", "b")
    shop.sells("c")
    verdict = paid_iff_captured.verdict(shop.done())
    counts = {"judged": 2, "orders PAID": 2, "not at rest": 0, "payments captured past the shop": 0}
    assert (verdict.outcome, verdict.counts) == (Outcome.PASS, counts)


def test_paid_without_money_fails(shop: ShopHistory) -> None:
    shop.stored("a", status="PAID")
    (violation,) = paid_iff_captured.verdict(shop.done()).evidence
    assert violation.what == "order a: 1999 EUR by pay-a by orders PAID, nothing by the provider's ledger"


@pytest.mark.parametrize("status", ["RESERVED", "CANCELLED", "EXPIRED", "REJECTED", "PENDING"])
def test_captured_and_not_paid_fails(shop: ShopHistory, status: str) -> None:
    shop.stored("a", status=status)
    shop.provider("capture", "a")
    assert paid_iff_captured.verdict(shop.done()).outcome is Outcome.FAIL


def test_captured_for_no_order_fails(shop: ShopHistory) -> None:
    shop.provider("capture", "ghost")
    assert paid_iff_captured.verdict(shop.done()).outcome is Outcome.FAIL


def test_paid_and_refunded_fails(shop: ShopHistory) -> None:
    shop.pays("a")
    shop.provider("refund", "a")
    assert paid_iff_captured.verdict(shop.done()).outcome is Outcome.FAIL


@pytest.mark.parametrize(("units", "outcome"), [(1, Outcome.FAIL), (1998, Outcome.FAIL), (1999, Outcome.PASS)])
def test_what_a_customer_captured_past_the_shop_pays_when_it_is_all(shop: ShopHistory, units: int, outcome: Outcome) -> None:
    shop.stored("a", status="PAID")
    shop.provider("capture", "a", units=units, key="own:1")
    assert paid_iff_captured.verdict(shop.done()).outcome is outcome


def test_what_a_customer_captured_past_the_shop_and_did_not_pay_with_is_not_the_shops(shop: ShopHistory) -> None:
    shop.pays("a")
    shop.stored("b")
    shop.provider("capture", "b", units=1, key="own:1")
    shop.provider("capture", "a", payment="pay-2", key="own:2")
    verdict = paid_iff_captured.verdict(shop.done())
    assert (verdict.outcome, verdict.counts["payments captured past the shop"]) == (Outcome.PASS, 2)


def test_captured_and_refunded_without_being_paid_passes(shop: ShopHistory) -> None:
    shop.pays("a")
    shop.stored("b", status="CANCELLED")
    shop.provider("capture", "b")
    shop.provider("refund", "b")
    assert paid_iff_captured.verdict(shop.done()).outcome is Outcome.PASS


def test_another_amount_fails(shop: ShopHistory) -> None:
    shop.stored("a", status="PAID")
    shop.provider("capture", "a", units=1998)
    assert "1998 EUR" in paid_iff_captured.verdict(shop.done()).evidence[0].what


def test_another_payment_than_the_shop_wrote_down_fails(shop: ShopHistory) -> None:
    shop.stored("a", status="PAID")
    shop.provider("capture", "a", payment="pay-2")
    assert paid_iff_captured.verdict(shop.done()).outcome is Outcome.FAIL


def test_captured_twice_fails(shop: ShopHistory) -> None:
    shop.pays("a")
    shop.provider("capture", "a", payment="pay-2")
    assert "1999 EUR by pay-2 + 1999 EUR by pay-a" in paid_iff_captured.verdict(shop.done()).evidence[0].what


def test_an_order_under_way_is_counted_and_not_judged(shop: ShopHistory) -> None:
    shop.pays("a")
    shop.stored("b")
    shop.provider("capture", "b")
    shop.saga("b")
    verdict = paid_iff_captured.verdict(shop.done())
    assert (verdict.outcome, verdict.counts["not at rest"]) == (Outcome.PASS, 1)


def test_nobody_paid_is_vacuous(shop: ShopHistory) -> None:
    shop.sells("a")
    shop.provider("authorize", "a")
    assert paid_iff_captured.verdict(shop.done()).outcome is Outcome.VACUOUS


@pytest.mark.parametrize("missing", [ORDERS, SAGAS, PROVIDER_LEDGER])
def test_without_its_observations_it_does_not_judge(shop: ShopHistory, missing: str) -> None:
    shop.pays("a")
    with pytest.raises(NotObservedError):
        paid_iff_captured.verdict(shop.done(without=missing))
