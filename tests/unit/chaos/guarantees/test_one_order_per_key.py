"""one_order_per_key holds every answer under a key, and what is stored, against each other."""

import pytest

from chaos.guarantees.one_order_per_key import KEY_REUSED, one_order_per_key
from chaos.observations.orders import ORDERS, PLACE_ORDER
from harness.history import NotObservedError, Row
from harness.verdict import Outcome
from tests.unit.chaos.shop_history import ShopHistory

SOLD_OUT: Row = {"order_id": "a", "code": "OUT_OF_STOCK", "status": 409}


@pytest.fixture
def shop() -> ShopHistory:
    return ShopHistory()


def test_asked_twice_and_answered_alike_passes(shop: ShopHistory) -> None:
    shop.places("a", 202)
    shop.places("a", 201)
    shop.places("a", 201)
    shop.stored("a", status="PAID")
    verdict = one_order_per_key.verdict(shop.done())
    assert (verdict.outcome, verdict.counts) == (Outcome.PASS, {"judged": 1, "keys sent again": 1})


def test_two_orders_told_fails(shop: ShopHistory) -> None:
    shop.places("a")
    shop.asks("a").answered(201, {"id": "b"})
    shop.stored("a")
    (violation,) = one_order_per_key.verdict(shop.done()).evidence
    assert "order is a and b" in violation.what
    assert violation.operations == (1, 2)


def test_one_order_for_two_keys_fails(shop: ShopHistory) -> None:
    shop.places("a")
    shop.asks("b").answered(201, {"id": "a"})
    shop.stored("a")
    evidence = one_order_per_key.verdict(shop.done()).evidence
    assert any(each.what.startswith("order a was named as that of 2 keys") for each in evidence)


def test_two_orders_stored_fails_though_one_was_told(shop: ShopHistory) -> None:
    shop.places("a")
    shop.stored("a")
    shop.stored("b")
    shop.rows[ORDERS][1] = {**shop.rows[ORDERS][0], "id": "b"}
    evidence = one_order_per_key.verdict(shop.done()).evidence
    assert any(each.what == "key key-a of user-a made 2 orders" for each in evidence)


def test_another_order_stored_than_told_fails(shop: ShopHistory) -> None:
    shop.asks("a").answered(202, {"id": "b"})
    shop.stored("a")
    assert one_order_per_key.verdict(shop.done()).outcome is Outcome.FAIL


@pytest.mark.parametrize("first", [True, False])
def test_taken_and_rejected_fails(shop: ShopHistory, first: bool) -> None:
    for taken in (first, not first):
        if taken:
            shop.places("a")
        else:
            shop.asks("a").answered(409, SOLD_OUT)
    shop.stored("a")
    assert any("decision" in each.what for each in one_order_per_key.verdict(shop.done()).evidence)


def test_rejected_and_stored_as_reserved_fails(shop: ShopHistory) -> None:
    shop.asks("a").answered(409, SOLD_OUT)
    shop.stored("a")
    assert one_order_per_key.verdict(shop.done()).outcome is Outcome.FAIL


def test_rejected_and_stored_so_passes(shop: ShopHistory) -> None:
    shop.asks("a").answered(409, SOLD_OUT)
    shop.stored("a", status="REJECTED")
    assert one_order_per_key.verdict(shop.done()).outcome is Outcome.PASS


def test_another_total_the_second_time_fails(shop: ShopHistory) -> None:
    for units in (1999, 2999):
        shop.asks("a").answered(201, {"id": "a", "total": {"minor_units": units, "currency": "EUR"}})
    shop.stored("a")
    (violation,) = one_order_per_key.verdict(shop.done()).evidence
    assert violation.facts["fact"] == "total"


def test_the_refusal_of_another_content_says_nothing_of_the_order(shop: ShopHistory) -> None:
    shop.places("a")
    shop.asks("a", quantity=2).answered(422, {"order_id": "a", "code": KEY_REUSED})
    shop.stored("a")
    assert one_order_per_key.verdict(shop.done()).outcome is Outcome.PASS


def test_a_key_that_its_user_never_reused_is_not_refused_as_reused(shop: ShopHistory) -> None:
    shop.places("a")
    shop.stored("a")
    shop.asks("b").answered(422, {"order_id": "a", "code": KEY_REUSED})
    (violation,) = one_order_per_key.verdict(shop.done()).evidence
    assert violation.what.startswith("key key-b of user-b was refused as used for another order")


def test_a_request_without_its_content_is_not_compared(shop: ShopHistory) -> None:
    shop.recorder.invoke("fuzzer", PLACE_ORDER, {}).answered(422, {"code": KEY_REUSED})
    assert one_order_per_key.verdict(shop.done()).outcome is not Outcome.FAIL


def test_two_users_may_use_one_key(shop: ShopHistory) -> None:
    shop.places("a")
    shop.places("b")
    shop.stored("a")
    shop.stored("b")
    shop.rows[ORDERS][1] = {**shop.rows[ORDERS][1], "idempotency_key": "key-a"}
    assert one_order_per_key.verdict(shop.done()).outcome is Outcome.PASS


def test_an_unknown_outcome_that_made_its_order_is_judged_by_what_is_stored(shop: ShopHistory) -> None:
    shop.places("a", 503)
    shop.asks("b")
    shop.stored("a")
    verdict = one_order_per_key.verdict(shop.done())
    assert (verdict.outcome, verdict.counts["judged"]) == (Outcome.PASS, 1)


@pytest.mark.parametrize("status", [401, 429, 503])
def test_answers_that_decide_nothing_are_vacuous(shop: ShopHistory, status: int) -> None:
    shop.places("a", status)
    assert one_order_per_key.verdict(shop.done()).outcome is Outcome.VACUOUS


def test_nothing_asked_is_vacuous(shop: ShopHistory) -> None:
    assert one_order_per_key.verdict(shop.done(without=ORDERS)).outcome is Outcome.VACUOUS


def test_without_the_rows_a_contradiction_stands_and_agreement_does_not_pass(shop: ShopHistory) -> None:
    shop.places("a")
    with pytest.raises(NotObservedError):
        one_order_per_key.verdict(shop.done(without=ORDERS))
    shop.asks("a").answered(201, {"id": "b"})
    assert one_order_per_key.verdict(shop.done(without=ORDERS)).outcome is Outcome.FAIL
