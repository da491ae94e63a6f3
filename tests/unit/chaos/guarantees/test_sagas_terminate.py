"""sagas_terminate finds whatever was left in the air."""

import pytest

from chaos.guarantees.sagas_terminate import DECIDED_S, SLOWEST, sagas_terminate
from chaos.observations.orders import ORDERS, SAGA_STEPS, SAGAS
from chaos.observations.rest import CONFIRMATIONS, LOCK_KEYS, ORDER_OUTBOX, PAYMENT_OUTBOX, QUEUES
from chaos.observations.stock import RESERVATIONS
from harness.history import NotObservedError
from harness.verdict import Outcome
from tests.unit.chaos.shop_history import ShopHistory


@pytest.fixture
def shop() -> ShopHistory:
    shop = ShopHistory()
    shop.sells("a")
    return shop


def evidence(shop: ShopHistory) -> list[str]:
    return [each.what for each in sagas_terminate.verdict(shop.done()).evidence]


def test_all_at_rest_passes(shop: ShopHistory) -> None:
    shop.pays("b")
    shop.stored("c", status="CANCELLED")
    shop.holds("c", state="RELEASED")
    shop.places("d", 409)
    shop.stored("d", status="REJECTED")
    shop.rows[CONFIRMATIONS].append({"order_id": "b", "state": "SENT"})
    verdict = sagas_terminate.verdict(shop.done())
    assert (verdict.outcome, verdict.counts) == (
        Outcome.PASS,
        {"judged": 3, "orders": 4, "reservations": 3, "answered 202 and decided": 0, SLOWEST: 0},
    )


def test_an_order_nobody_decided_fails(shop: ShopHistory) -> None:
    shop.places("b", 202)
    shop.stored("b", status="PENDING")
    assert evidence(shop) == ["order b is still PENDING"]


def test_an_order_past_its_time_fails(shop: ShopHistory) -> None:
    shop.rows[ORDERS] = [{**shop.rows[ORDERS][0], "overdue": 1}]
    assert evidence(shop) == ["order a is still RESERVED though its time to pay is over"]


def test_an_order_that_was_paid_in_its_time_is_at_rest_after_it(shop: ShopHistory) -> None:
    shop.pays("b")
    shop.rows[ORDERS][1] = {**shop.rows[ORDERS][1], "overdue": 1}
    assert evidence(shop) == []


def test_a_saga_under_way_fails_and_names_the_operations(shop: ShopHistory) -> None:
    shop.saga("a")
    (violation,) = sagas_terminate.verdict(shop.done()).evidence
    assert violation.what == "saga complete of order a is still RUNNING at step 1 after 3 attempts"
    assert violation.operations == (1,)


@pytest.mark.parametrize("subject", [ORDER_OUTBOX, PAYMENT_OUTBOX])
def test_a_message_that_never_left_fails(shop: ShopHistory, subject: str) -> None:
    shop.rows[subject].append({"message_id": "m", "topic": "order.paid", "attempts": 9})
    assert evidence(shop) == [f"message m (order.paid) never left {subject}, 9 attempts"]


def test_a_message_in_a_queue_fails(shop: ShopHistory) -> None:
    shop.rows[QUEUES] = [{"queue": "order.place", "messages": 2}]
    assert evidence(shop) == ["2 messages are left in order.place"]


@pytest.mark.parametrize("state", ["PENDING", "SENDING"])
def test_a_confirmation_under_a_lease_fails(shop: ShopHistory, state: str) -> None:
    shop.rows[CONFIRMATIONS].append({"order_id": "a", "state": state})
    assert evidence(shop) == [f"the confirmation of order a is still {state}"]


@pytest.mark.parametrize(
    ("status", "held"),
    [("CANCELLED", "RESERVED"), ("EXPIRED", "RESERVED"), ("REJECTED", "RESERVED"), ("PAID", "RESERVED"), ("PAID", "RELEASED")],
)
def test_a_reservation_left_over_fails(shop: ShopHistory, status: str, held: str) -> None:
    shop.stored("b", status=status)
    shop.holds("b", state=held)
    assert evidence(shop) == [f"the reservation of order b is {held}, but the order is {status}"]


def test_a_reservation_for_no_order_fails(shop: ShopHistory) -> None:
    shop.holds("ghost")
    assert evidence(shop) == ["the reservation of order ghost is RESERVED, but the order is not there"]


def test_an_order_that_lost_its_reservation_fails(shop: ShopHistory) -> None:
    shop.stored("b")
    assert evidence(shop) == ["the reservation of order b is RELEASED, but the order is RESERVED"]


def test_orders_of_nobody_known_are_no_proof() -> None:
    shop = ShopHistory()
    shop.stored("probe", status="CANCELLED")
    assert sagas_terminate.verdict(shop.done()).outcome is Outcome.VACUOUS


def test_an_unknown_outcome_that_made_its_order_is_judged() -> None:
    shop = ShopHistory()
    shop.asks("a")
    shop.stored("a", status="PENDING")
    assert evidence(shop) == ["order a is still PENDING"]


@pytest.mark.parametrize(
    "missing",
    [
        ORDERS,
        SAGAS,
        RESERVATIONS,
        ORDER_OUTBOX,
        PAYMENT_OUTBOX,
        CONFIRMATIONS,
        QUEUES,
    ],
)
def test_without_an_observation_it_does_not_judge(shop: ShopHistory, missing: str) -> None:
    with pytest.raises(NotObservedError):
        sagas_terminate.verdict(shop.done(without=missing))


def test_a_lock_that_is_held_at_rest_fails() -> None:
    shop = ShopHistory()
    shop.pays("o1")
    shop.rows[LOCK_KEYS] = [{"master": "redis-lock-1", "key": "lock:p", "ttl_ms": -1}]
    verdict = sagas_terminate.verdict(shop.done())
    assert [each.what for each in verdict.evidence] == ["redis-lock-1 still holds lock:p for ever"]


def test_a_202_that_is_decided_too_late_fails_and_the_slowest_is_told(shop: ShopHistory) -> None:
    shop.places("b", 202)
    shop.stored("b")
    shop.holds("b")
    answered_ns = shop.records[-1].time_ns
    step = {"saga_id": "s", "subject": "b", "kind": "place", "step": "reserve_stock", "direction": "do", "outcome": "done"}
    for after_s, outcome in ((DECIDED_S - 0.1, Outcome.PASS), (DECIDED_S + 0.1, Outcome.FAIL)):
        times = {"at_ns": answered_ns + round(after_s * 1e9), "created_ns": answered_ns - 1}
        shop.rows[SAGA_STEPS] = [{**step, "executor": "order-1", **times}]
        verdict = sagas_terminate.verdict(shop.done())
        assert (verdict.outcome, verdict.counts["answered 202 and decided"]) == (outcome, 1)
        assert verdict.counts[SLOWEST] == round(after_s * 1000)
    (violation,) = verdict.evidence
    assert violation.what == "place_order (operation 2) was answered 202 and decided 30.1 s later, more than 30 s"
