"""Refusals that something explains pass; chaos/proof/corruptions/converses.py has those that nothing does."""

from itertools import count
from types import SimpleNamespace

import pytest

from chaos.guarantees.rightful_requests_succeed import rightful_requests_succeed
from chaos.observations import identity
from chaos.observations.orders import AUTHORISE_PAYMENT, CANCEL_ORDER, COMPLETE_ORDER, PLACE_ORDER
from harness.history import History, Record, Recorder, Row
from harness.verdict import Outcome
from tests.unit.chaos.identity_history import IdentityHistory


def judged(history: History) -> tuple[Outcome, list[str]]:
    verdict = rightful_requests_succeed.verdict(history)
    return verdict.outcome, [each.what for each in verdict.evidence]


def test_a_change_of_unknown_outcome_excuses_every_later_refusal() -> None:
    shop = IdentityHistory()
    shop.logs_in("ada#1")
    shop.shows("ada#1").answered(200, {})
    shop.changes("ada#1").answered(503, {})
    shop.shows("ada#1").answered(401, {})
    assert judged(shop.done()) == (Outcome.PASS, [])


def test_a_token_issued_after_the_change_is_valid() -> None:
    shop = IdentityHistory()
    shop.logs_in("ada#1")
    shop.changes("ada#1").answered(200, {})
    shop.logs_in("ada#2")
    shop.shows("ada#2", at="gateway-2").answered(401, {})
    outcome, (what,) = judged(shop.done())
    assert outcome is Outcome.FAIL
    assert "the access token of ada#2 was refused by gateway-2, though operation 3 had issued it" in what


def test_a_refresh_token_of_a_family_with_a_replay_may_be_refused() -> None:
    shop = IdentityHistory()
    shop.logs_in("ada#1")
    shop.shows("ada#1").answered(200, {})
    shop.refreshes("ada#1", "ada#2").answered(200, {})
    shop.refreshes("ada#2", "ada#3").answered(200, {})
    shop.refreshes("ada#1", "ada#4").answered(401, {})
    shop.refreshes("ada#3", "ada#5").answered(401, {})
    assert judged(shop.done()) == (Outcome.PASS, [])


def test_a_refresh_that_is_repeated_at_once_must_have_the_same_result() -> None:
    shop = IdentityHistory()
    shop.logs_in("ada#1")
    shop.refreshes("ada#1", "ada#2").answered(503, {})
    shop.refreshes("ada#1", "ada#3").answered(200, {"expires_at": "then"})
    shop.refreshes("ada#1", "ada#4").answered(200, {"expires_at": "then"})
    shop.shows("ada#4").answered(200, {})
    assert judged(shop.done()) == (Outcome.PASS, [])
    shop.refreshes("ada#1", "ada#5").answered(200, {"expires_at": "later"})
    outcome, (what,) = judged(shop.done())
    assert (outcome, what) == (Outcome.FAIL, "the refresh token of ada#1 worked 3 times, with different results")


def test_a_refresh_that_is_repeated_at_once_must_not_be_refused() -> None:
    shop = IdentityHistory()
    shop.logs_in("ada#1")
    shop.refreshes("ada#1", "ada#2").answered(200, {})
    shop.refreshes("ada#1", "ada#3").answered(401, {})
    assert judged(shop.done())[0] is Outcome.FAIL


def test_what_was_bought_and_used_cannot_be_bought_again() -> None:
    shop = IdentityHistory()
    shop.logs_in("ada#1")
    shop.refreshes("ada#1", "ada#2").answered(200, {})
    shop.refreshes("ada#2", "ada#3").answered(200, {})
    shop.refreshes("ada#1", "ada#4").answered(200, {})
    outcome, (what,) = judged(shop.done())
    assert (outcome, what) == (Outcome.FAIL, "the refresh token of ada#1 worked 2 times, though what it bought had been used")


def test_a_logout_excuses_refusals_of_its_session_alone() -> None:
    shop = IdentityHistory()
    shop.logs_in("ada#1")
    shop.logs_in("ada#2")
    shop.shows("ada#1").answered(200, {})
    shop.logs_out("ada#1")
    shop.shows("ada#1").answered(401, {})
    assert judged(shop.done()) == (Outcome.PASS, [])
    shop.shows("ada#2").answered(401, {})
    assert judged(shop.done())[0] is Outcome.FAIL


def test_a_first_refresh_that_is_refused_fails() -> None:
    shop = IdentityHistory()
    shop.logs_in("ada#1")
    shop.refreshes("ada#1", "ada#2").answered(401, {})
    assert judged(shop.done())[0] is Outcome.FAIL


def declined(method: str, units: int = 1999, kind: str = "") -> tuple[Outcome, list[str]]:
    shop = IdentityHistory()
    shop.places("o1")
    asked: Row = {"order_id": "o1", "amount": {"minor_units": units, "currency": "EUR"}, "method": method}
    shop.recorder.invoke("buyer-o1", AUTHORISE_PAYMENT, asked).answered(201, {"id": "pay-o1"})
    shop.does(COMPLETE_ORDER, "o1", 402)
    shop.provider("authorize", "o1", units=units)
    if kind:
        shop.provider(kind, "o1", units=units)
    shop.stored("o1")
    return judged(shop.done())


def test_a_good_payment_that_is_declined_fails() -> None:
    outcome, (what,) = declined("card_ok")
    assert outcome is Outcome.FAIL
    assert "payment pay-o1 for order o1, authorised by operation 2 and declined by nobody, was answered 402" in what


def test_payments_that_the_provider_declined_or_of_another_amount_may_be() -> None:
    assert declined("card_declined", kind="decline")[0] is Outcome.PASS
    assert declined("card_ok", units=1)[0] is Outcome.PASS


def test_where_a_refresh_may_not_be_repeated_it_is_a_replay() -> None:
    shop = IdentityHistory()
    shop.rows[identity.REFRESH_AGAIN] = [{"seconds": 0.0}]
    shop.logs_in("ada#1")
    shop.shows("ada#1").answered(200, {})
    shop.refreshes("ada#1", "ada#2").answered(200, {})
    shop.refreshes("ada#1", "ada#3").answered(401, {})
    shop.shows("ada#2").answered(401, {})
    assert judged(shop.done()) == (Outcome.PASS, [])


@pytest.mark.parametrize("end", [identity.LOG_OUT, identity.REFRESH_TOKENS, None])
def test_an_owner_whose_session_was_ended_is_shut_out_rightly(end: str | None) -> None:
    records: list[Record] = []
    recorder = Recorder(SimpleNamespace(write=records.append), count(1).__next__)
    placed: Row = {"user_id": "ada", "key": "k", "items": []}
    recorder.invoke("client-1", PLACE_ORDER, placed).answered(201, {"id": "order"})
    if end:
        sent: Row = {"user_id": "ada", "session": "a", "at": "gateway-1"} | ({} if end == identity.LOG_OUT else {"next": "b"})
        recorder.invoke("client-2", end, sent).answered(204 if end == identity.LOG_OUT else 401, {})
    recorder.invoke("client-1", CANCEL_ORDER, {"order_id": "order"}).answered(401, {"code": "SESSION_ENDED"})
    outcome, _ = judged(History(tuple(records)))
    assert outcome is (Outcome.PASS if end else Outcome.FAIL)
