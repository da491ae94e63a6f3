"""private_to_owner judges attempts at real things, by what was heard and by what the databases hold."""

import pytest

from chaos.guarantees.private_to_owner import private_to_owner
from chaos.observations import identity
from chaos.observations.orders import ORDERS, PLACE_ORDER
from harness.history import Ending, NotObservedError
from harness.verdict import Outcome, Verdict
from tests.unit.chaos.identity_history import CANCEL, COMPLETE, READ, IdentityHistory


@pytest.fixture
def shop() -> IdentityHistory:
    return IdentityHistory()


def judged(shop: IdentityHistory, without: str = "") -> Verdict:
    return private_to_owner.verdict(shop.done(without=without))


@pytest.mark.parametrize("status", [402, 403, 404, 409, 422])
def test_refusals_pass(shop: IdentityHistory, status: int) -> None:
    owner = shop.owns("o")
    shop.tries("eve", owner, "o").answered(status, {"title": "no"})
    verdict = judged(shop)
    assert (verdict.outcome, verdict.counts["judged"], verdict.counts["kinds of attempts"]) == (Outcome.PASS, 1, 1)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_being_let_in_fails(shop: IdentityHistory, status: int) -> None:
    owner = shop.owns("o")
    shop.tries("eve", owner, "o").answered(status, {"id": "o"})
    (violation,) = judged(shop).evidence
    assert violation.what == f"eve tried to read an order of user-o (GET /orders/o) and was answered {status}"
    assert violation.operations == (2,)


def test_a_refusal_that_tells_what_is_private_fails(shop: IdentityHistory) -> None:
    owner = shop.owns("o")
    shop.tries("eve", owner, "o", ("Main 1", "ada@")).answered(409, {"order": {"delivery_address": {"street": "Main 1"}}})
    (violation,) = judged(shop).evidence
    assert violation.what.endswith("was refused, but told Main 1")


def test_so_does_an_error_that_tells(shop: IdentityHistory) -> None:
    owner = shop.owns("o")
    shop.tries("eve", owner, "o", ("Main 1",)).answered(500, {"detail": "order of Main 1 broke"})
    assert judged(shop).outcome is Outcome.FAIL


def test_no_attempt_is_vacuous(shop: IdentityHistory) -> None:
    shop.owns("o")
    assert judged(shop).outcome is Outcome.VACUOUS


def test_attempts_at_what_is_not_there_prove_nothing(shop: IdentityHistory) -> None:
    shop.tries("eve", "ada", "o").answered(404, {})
    shop.owns("o")
    verdict = judged(shop)
    assert (verdict.outcome, verdict.counts["attempts at nothing"]) == (Outcome.VACUOUS, 1)


def test_attempts_without_an_answer_prove_nothing(shop: IdentityHistory) -> None:
    owner = shop.owns("o")
    shop.tries("eve", owner, "o").answered(503, {})
    shop.tries("eve", owner, "o").end(Ending.INFO, error="ReadTimeout")
    shop.tries("eve", owner, "o").answered(401, {})
    verdict = judged(shop)
    assert (verdict.outcome, verdict.counts["attempts as nobody or without an answer"]) == (Outcome.VACUOUS, 3)


@pytest.mark.parametrize(("status", "asked"), [("PAID", COMPLETE), ("CANCELLED", CANCEL)])
def test_an_attempt_without_an_answer_that_worked_fails(shop: IdentityHistory, status: str, asked: str) -> None:
    owner = shop.owns("o", status)
    shop.tries("eve", owner, "o").answered(503, {})
    (violation,) = judged(shop).evidence
    assert violation.what == f"order o of user-o is {status}, which its owner never asked for and others tried"
    shop.asks_to(asked, "o")
    assert judged(shop).outcome is Outcome.VACUOUS


def test_an_order_nobody_else_touched_is_its_owners_business(shop: IdentityHistory) -> None:
    shop.owns("o", "CANCELLED")
    owner = shop.owns("p")
    shop.tries("eve", owner, "p").answered(404, {})
    assert judged(shop).outcome is Outcome.PASS


def test_a_list_with_somebody_elses_order_fails(shop: IdentityHistory) -> None:
    shop.owns("o")
    shop.lists("eve", "o")
    (violation,) = judged(shop).evidence
    assert violation.what == "list_orders of eve was answered with order o of user-o"


def test_a_list_of_ones_own_passes(shop: IdentityHistory) -> None:
    owner = shop.owns("o")
    shop.lists(owner, "o")
    shop.tries("eve", owner, "o").answered(404, {})
    assert judged(shop).outcome is Outcome.PASS


def test_the_key_of_another_that_gets_the_others_order_fails(shop: IdentityHistory) -> None:
    shop.owns("o")
    shop.recorder.invoke("eve", PLACE_ORDER, {"user_id": "eve", "key": "key-o", "items": []}).answered(201, {"id": "o"})
    assert judged(shop).outcome is Outcome.FAIL


def test_an_admin_may(shop: IdentityHistory) -> None:
    owner = shop.owns("o")
    shop.gives("eve")
    shop.tries("eve", owner, "o").answered(200, {"id": "o"})
    assert judged(shop).outcome is Outcome.VACUOUS


def test_an_admins_own_list_is_of_his_own_orders_too(shop: IdentityHistory) -> None:
    shop.owns("o")
    shop.gives("eve")
    shop.lists("eve", "o")
    assert judged(shop).outcome is Outcome.FAIL


def test_who_was_refused_the_role_may_not(shop: IdentityHistory) -> None:
    owner = shop.owns("o")
    shop.gives("eve", status=403)
    shop.tries("eve", owner, "o").answered(200, {"id": "o"})
    assert judged(shop).outcome is Outcome.FAIL


def test_who_becomes_an_admin_later_was_none_before(shop: IdentityHistory) -> None:
    owner = shop.owns("o")
    shop.tries("eve", owner, "o").answered(200, {"id": "o"})
    shop.gives("eve")
    assert judged(shop).outcome is Outcome.FAIL


def test_a_role_that_rose_by_itself_fails(shop: IdentityHistory) -> None:
    shop.tries("eve", "eve", "").answered(503, {})
    shop.account("eve", "ADMIN")
    (violation,) = judged(shop).evidence
    assert violation.what == "user eve is ADMIN, which no admin ever asked for"


@pytest.mark.parametrize("status", [200, 503])
def test_a_role_that_an_admin_gave_or_may_have_given_passes(shop: IdentityHistory, status: int) -> None:
    owner = shop.owns("o")
    shop.tries("eve", owner, "o").answered(404, {})
    shop.gives("eve", status=status)
    shop.account("eve", "ADMIN")
    shop.account("the first admin", "ADMIN")
    assert judged(shop).outcome is Outcome.PASS


@pytest.mark.parametrize("subject", [ORDERS, identity.USERS])
def test_without_the_books_it_does_not_judge_but_a_breach_stands(shop: IdentityHistory, subject: str) -> None:
    owner = shop.owns("o")
    shop.tries("eve", owner, "o").answered(404, {})
    with pytest.raises(NotObservedError):
        judged(shop, without=subject)


def test_a_breach_that_was_heard_stands_without_the_books(shop: IdentityHistory) -> None:
    owner = shop.owns("o")
    shop.tries("eve", owner, "o").answered(200, {})
    assert judged(shop, without=ORDERS).outcome is Outcome.FAIL


def test_reading_is_proof_that_it_is_there(shop: IdentityHistory) -> None:
    shop.recorder.invoke("ada", READ, {"order_id": "o"}).answered(200, {"id": "o"})
    shop.tries("eve", "ada", "o").answered(404, {})
    assert judged(shop).counts["judged"] == 1
