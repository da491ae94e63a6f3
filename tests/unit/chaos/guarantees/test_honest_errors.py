"""honest_errors: no 500, nothing late, and every success is borne out by the rows."""

from dataclasses import replace

import pytest

from chaos.guarantees.honest_errors import DEADLINE_S, honest_errors
from chaos.observations.orders import AUTHORISE_PAYMENT, CANCEL_ORDER, COMPLETE_ORDER, ORDERS, PLACE_ORDER, READ_ORDER
from harness.checkers import UNDECIDED, LateClientError
from harness.history import CLIENT_STALLED, Completion, Event, History, NotObservedError
from harness.verdict import Outcome
from tests.unit.chaos.shop_history import ShopHistory


@pytest.fixture
def shop() -> ShopHistory:
    return ShopHistory()


def evidence(shop: ShopHistory) -> list[str]:
    return [each.what for each in honest_errors.verdict(shop.done()).evidence]


def late(history: History, seconds: float) -> History:
    """The same history, every answer so much later."""
    records = (
        replace(each, time_ns=each.time_ns + round(seconds * 1e9)) if isinstance(each, Completion) else each
        for each in history.records
    )
    return History(tuple(records))


def test_truth_passes(shop: ShopHistory) -> None:
    shop.pays("a")
    shop.places("b", 202)
    shop.stored("b", status="REJECTED")
    shop.places("c")
    shop.does(CANCEL_ORDER, "c", 200, "CANCELLED")
    shop.stored("c", status="CANCELLED")
    shop.places("d", 409)
    shop.places("e", 503)
    shop.reads("a", 404)
    verdict = honest_errors.verdict(shop.done())
    assert verdict.outcome is Outcome.PASS
    assert verdict.counts == {"judged": 8, "never ended": 0, UNDECIDED: 0, "successes": 5, "503": 1}


@pytest.mark.parametrize("operation", [PLACE_ORDER, READ_ORDER, COMPLETE_ORDER, CANCEL_ORDER])
def test_a_500_fails(shop: ShopHistory, operation: str) -> None:
    shop.does(operation, "a", 500)
    assert evidence(shop) == [f"{operation} (operation 1) was answered 500"]


@pytest.mark.parametrize("status", [502, 503, 504, 429])
def test_not_now_is_no_breach(shop: ShopHistory, status: int) -> None:
    shop.places("a", status)
    assert honest_errors.verdict(shop.done()).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("detail", "outcome"),
    [
        ("the database cannot be reached", Outcome.PASS),
        ("failed to connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:41863: refused", Outcome.FAIL),
        ("the payment provider gave no answer: ReadTimeout('')", Outcome.FAIL),
        ("the mail server cannot be reached: OSError(111)", Outcome.FAIL),
        ("amqp://shop@rabbitmq cannot be reached", Outcome.FAIL),
        ("OSError: [Errno 111]", Outcome.FAIL),
    ],
)
def test_words_from_inside_the_shop_fail(shop: ShopHistory, detail: str, outcome: Outcome) -> None:
    shop.looks("a").answered(503, {"type": "urn:shop:problem:unavailable", "detail": detail, "status": 503})
    assert honest_errors.verdict(shop.done()).outcome is outcome


def test_past_the_deadline_fails_though_the_answer_is_right(shop: ShopHistory) -> None:
    shop.pays("a")
    assert honest_errors.verdict(late(shop.done(), DEADLINE_S - 1)).outcome is Outcome.PASS
    assert honest_errors.verdict(late(shop.done(), DEADLINE_S + 1)).outcome is Outcome.FAIL


def test_a_client_that_gave_up_waiting_fails(shop: ShopHistory) -> None:
    shop.asks("a").errored(TimeoutError())
    (violation,) = honest_errors.verdict(late(shop.done(), 20.0)).evidence
    assert violation.what == "place_order (operation 1) took 20.0 s, longer than 16 s, and ended TimeoutError"


def stalled(history: History, seconds: float) -> History:
    """The same history, whose clients were late for so long right after the first record."""
    at_ns = history.span_ns[0] + round(seconds * 1e9) + 1
    event = Event(time_ns=at_ns, event=CLIENT_STALLED, subject="", detail={"seconds": seconds})
    return History(sorted((*history.records, event), key=lambda each: each.time_ns))


def test_the_time_for_which_the_client_was_late_is_not_the_shops(shop: ShopHistory) -> None:
    shop.pays("a")
    past = late(shop.done(), DEADLINE_S + 0.5)
    assert honest_errors.verdict(stalled(past, 0.4)).outcome is Outcome.FAIL
    assert honest_errors.verdict(stalled(past, 0.6)).outcome is Outcome.PASS


def test_a_client_that_was_late_for_long_can_tell_nothing(shop: ShopHistory) -> None:
    shop.pays("a")
    past = late(shop.done(), DEADLINE_S + 4)
    with pytest.raises(LateClientError, match="2 operations took longer than 16 s"):
        honest_errors.verdict(stalled(past, 1.5))
    shop.reads("a", 500)
    assert honest_errors.verdict(stalled(late(shop.done(), DEADLINE_S + 4), 1.5)).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("operation", "answered", "at_rest"),
    [
        (PLACE_ORDER, 201, "REJECTED"),
        (PLACE_ORDER, 201, "PENDING"),
        (PLACE_ORDER, 202, "PENDING"),
        (COMPLETE_ORDER, 200, "RESERVED"),
        (COMPLETE_ORDER, 200, "CANCELLED"),
        (COMPLETE_ORDER, 202, "REJECTED"),
        (CANCEL_ORDER, 200, "RESERVED"),
        (CANCEL_ORDER, 200, "PAID"),
        (CANCEL_ORDER, 202, "RESERVED"),
        (CANCEL_ORDER, 202, "EXPIRED"),
    ],
)
def test_a_success_that_the_rows_belie_fails(shop: ShopHistory, operation: str, answered: int, at_rest: str) -> None:
    shop.does(operation, "a", answered, "X")
    shop.stored("a", status=at_rest)
    assert evidence(shop) == [f"{operation} of order a was answered {answered}, but the order is {at_rest}"]


@pytest.mark.parametrize(
    ("operation", "answered"),
    [(PLACE_ORDER, 201), (PLACE_ORDER, 202), (COMPLETE_ORDER, 200), (CANCEL_ORDER, 202)],
)
def test_a_success_about_nothing_fails(shop: ShopHistory, operation: str, answered: int) -> None:
    shop.does(operation, "a", answered, "X")
    assert evidence(shop) == [f"{operation} of order a was answered {answered}, but the order is not there"]


def test_under_way_is_neither_true_nor_false_yet(shop: ShopHistory) -> None:
    shop.does(CANCEL_ORDER, "a", 202, "RESERVED")
    shop.stored("a")
    shop.saga("a", kind="cancel")
    assert honest_errors.verdict(shop.done()).outcome is Outcome.PASS


def test_unknown_outcomes_claim_nothing(shop: ShopHistory) -> None:
    shop.asks("a").errored(ConnectionResetError())
    shop.asks("b")
    verdict = honest_errors.verdict(shop.done())
    assert (verdict.outcome, verdict.counts["never ended"]) == (Outcome.PASS, 1)


def test_the_payment_providers_answers_are_not_the_shops(shop: ShopHistory) -> None:
    shop.recorder.invoke("buyer", AUTHORISE_PAYMENT, {"order_id": "a"}).answered(500, {})
    assert honest_errors.verdict(shop.done()).outcome is Outcome.VACUOUS


@pytest.mark.parametrize("asked", [True, False])
def test_no_answers_are_vacuous(shop: ShopHistory, asked: bool) -> None:
    if asked:
        shop.asks("a")
    assert honest_errors.verdict(shop.done()).outcome is Outcome.VACUOUS


def test_without_the_rows_a_500_stands_and_a_success_does_not_pass(shop: ShopHistory) -> None:
    shop.places("a")
    with pytest.raises(NotObservedError):
        honest_errors.verdict(shop.done(without=ORDERS))
    shop.reads("a", 500)
    assert honest_errors.verdict(shop.done(without=ORDERS)).outcome is Outcome.FAIL
