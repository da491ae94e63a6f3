"""stale_tokens_rejected judges what nobody can dispute, and holds no unknown change against the shop."""

import pytest

from chaos.guarantees.stale_tokens_rejected import stale_tokens_rejected
from harness.history import Ending
from harness.verdict import Outcome, Verdict
from tests.unit.chaos.identity_history import IdentityHistory


@pytest.fixture
def shop() -> IdentityHistory:
    return IdentityHistory()


def judged(shop: IdentityHistory) -> Verdict:
    return stale_tokens_rejected.verdict(shop.done())


def test_an_old_token_refused_everywhere_passes(shop: IdentityHistory) -> None:
    shop.logs_in("ada#1")
    shop.shows("ada#1").answered(200, {})
    shop.changes("ada#1").answered(200, {})
    for at in ("gateway-1", "gateway-2", "user-1"):
        shop.shows("ada#1", at=at).answered(401, {})
    shop.refreshes("ada#1", "ada#2").answered(401, {})
    verdict = judged(shop)
    assert verdict.outcome is Outcome.PASS
    assert verdict.counts["judged"] == 4
    assert verdict.counts["verifiers shown a void one"] == 3


@pytest.mark.parametrize("status", [200, 403, 404, 409])
def test_an_old_access_token_that_is_let_in_fails(shop: IdentityHistory, status: int) -> None:
    shop.logs_in("ada#1")
    shop.changes("ada#1", "password").answered(200, {})
    shop.shows("ada#1", at="user-2").answered(status, {})
    (violation,) = judged(shop).evidence
    assert violation.what.startswith("token ada#1 (access) of ada was accepted by user-2")
    assert violation.what.endswith("after a change of the password had been acknowledged")
    assert violation.operations == (1, 2, 3)


def test_an_old_refresh_token_that_buys_new_ones_fails(shop: IdentityHistory) -> None:
    shop.logs_in("ada#1")
    shop.changes("ada#1").answered(200, {})
    shop.refreshes("ada#1", "ada#2").answered(200, {})
    (violation,) = judged(shop).evidence
    assert "ada#1 (refresh)" in violation.what


def test_tokens_that_came_from_a_refresh_are_as_old_as_it(shop: IdentityHistory) -> None:
    shop.logs_in("ada#1")
    shop.refreshes("ada#1", "ada#2").answered(200, {})
    shop.changes("ada#2").answered(200, {})
    shop.shows("ada#2").answered(200, {})
    assert judged(shop).outcome is Outcome.FAIL


def test_a_role_given_by_an_admin_is_a_change(shop: IdentityHistory) -> None:
    shop.logs_in("ada#1")
    shop.gives("ada", "ADMIN")
    shop.shows("ada#1").answered(200, {})
    (violation,) = judged(shop).evidence
    assert violation.what.endswith("after a change of the role had been acknowledged")


def test_a_role_that_it_has_already_is_none(shop: IdentityHistory) -> None:
    shop.logs_in("ada#1")
    shop.gives("ada", "USER")
    shop.shows("ada#1").answered(200, {})
    shop.gives("ada", "ADMIN", status=503)
    shop.logs_in("ada#2")
    shop.gives("ada", "ADMIN")
    shop.shows("ada#2").answered(200, {})
    assert judged(shop).evidence == ()
    shop.shows("ada#1").answered(200, {})
    assert judged(shop).outcome is Outcome.FAIL


def test_a_logout_ends_its_session_and_leaves_the_others(shop: IdentityHistory) -> None:
    shop.logs_in("ada#1")
    shop.logs_in("ada#2")
    shop.refreshes("ada#1", "ada#3").answered(200, {})
    shop.logs_out("ada#3")
    shop.shows("ada#2").answered(200, {})
    assert judged(shop).evidence == ()
    shop.shows("ada#1").answered(200, {})
    (violation,) = judged(shop).evidence
    assert "the access token of ada#1 was accepted at gateway-1, though a logout had ended its session" in violation.what


def test_a_logout_everywhere_ends_all_sessions(shop: IdentityHistory) -> None:
    shop.logs_in("ada#1")
    shop.logs_in("ada#2")
    shop.logs_out("ada#2", everywhere=True)
    shop.shows("ada#1").answered(200, {})
    (violation,) = judged(shop).evidence
    assert "after a logout everywhere had been acknowledged" in violation.what


def test_access_tokens_end_with_a_replay(shop: IdentityHistory) -> None:
    replayed(shop, family_ends=True)
    shop.shows("ada#2").answered(401, {})
    assert judged(shop).evidence == ()
    shop.shows("ada#1").answered(200, {})
    (violation,) = judged(shop).evidence
    assert "though a replay had ended its session" in violation.what


def test_a_change_made_with_an_old_token_fails(shop: IdentityHistory) -> None:
    shop.logs_in("ada#1")
    shop.changes("ada#1").answered(200, {})
    shop.changes("ada#1").answered(200, {})
    (violation,) = judged(shop).evidence
    assert violation.operations == (1, 2, 3)


@pytest.mark.parametrize("status", [503, 504, 500, 403, 409, 422])
def test_a_change_that_was_not_acknowledged_outdates_nothing(shop: IdentityHistory, status: int) -> None:
    shop.logs_in("ada#1")
    shop.changes("ada#1").answered(status, {})
    shop.shows("ada#1").answered(200, {})
    assert judged(shop).outcome is Outcome.VACUOUS


def test_nor_does_one_that_was_never_answered(shop: IdentityHistory) -> None:
    shop.logs_in("ada#1")
    shop.changes("ada#1").end(Ending.INFO, error="ReadTimeout")
    shop.changes("ada#1")
    shop.shows("ada#1").answered(200, {})
    shop.refreshes("ada#1", "ada#2").answered(200, {})
    assert judged(shop).outcome is Outcome.VACUOUS


def test_a_token_issued_after_an_unknown_change_is_judged_by_the_next_known_one(shop: IdentityHistory) -> None:
    shop.logs_in("ada#1")
    shop.changes("ada#1").answered(503, {})
    shop.logs_in("ada#2")
    shop.shows("ada#2").answered(200, {})
    assert judged(shop).outcome is Outcome.VACUOUS
    shop.changes("ada#2").answered(200, {})
    shop.shows("ada#1").answered(401, {})
    assert judged(shop).outcome is Outcome.PASS
    shop.shows("ada#2").answered(200, {})
    assert judged(shop).outcome is Outcome.FAIL


def test_a_use_that_began_before_the_acknowledgement_is_free(shop: IdentityHistory) -> None:
    shop.logs_in("ada#1")
    change = shop.changes("ada#1")
    use = shop.shows("ada#1")
    change.answered(200, {})
    use.answered(200, {})
    assert judged(shop).outcome is Outcome.VACUOUS


def test_a_login_that_overlaps_the_change_may_give_either(shop: IdentityHistory) -> None:
    shop.logs_in("ada#1")
    change = shop.changes("ada#1")
    shop.logs_in("ada#2")
    change.answered(200, {})
    shop.shows("ada#2").answered(200, {})
    assert judged(shop).outcome is Outcome.VACUOUS


@pytest.mark.parametrize("status", [503, 504, 500, 429, 422])
def test_an_answer_that_does_not_tell_is_not_held_against_the_shop_nor_for_it(shop: IdentityHistory, status: int) -> None:
    shop.logs_in("ada#1")
    shop.changes("ada#1").answered(200, {})
    shop.shows("ada#1").answered(status, {})
    shop.shows("ada#1").end(Ending.INFO, error="ReadTimeout")
    verdict = judged(shop)
    assert (verdict.outcome, verdict.counts["void and not answered"]) == (Outcome.VACUOUS, 2)


def test_nothing_shown_is_vacuous(shop: IdentityHistory) -> None:
    shop.logs_in("ada#1")
    shop.changes("ada#1").answered(200, {})
    assert judged(shop).outcome is Outcome.VACUOUS


def test_an_input_of_another_shape_is_not_judged_as_if_it_were_nothing(shop: IdentityHistory) -> None:
    shop.recorder.invoke("ada", "use_token", {"user_id": "ada"}).answered(200, {})
    with pytest.raises(ValueError, match="session"):
        judged(shop)


def replayed(shop: IdentityHistory, family_ends: bool) -> None:
    """A refresh token is traded twice; then what it was traded for is shown."""
    shop.logs_in("ada#1")
    shop.refreshes("ada#1", "ada#2").answered(200, {})
    shop.refreshes("ada#1", "ada#3", at="user-2").answered(401, {"code": "REFRESH_TOKEN_REUSED"})
    shop.refreshes("ada#2", "ada#4").answered(401 if family_ends else 200, {})


def test_a_family_that_outlives_a_replay_fails(shop: IdentityHistory) -> None:
    replayed(shop, family_ends=False)
    (violation,) = judged(shop).evidence
    assert "the refresh token of ada#2 was accepted at user-1" in violation.what
    assert violation.operations == (3, 4)


def test_a_family_that_ends_with_a_replay_passes(shop: IdentityHistory) -> None:
    replayed(shop, family_ends=True)
    shop.logs_in("ada#9")
    shop.refreshes("ada#9", "ada#10").answered(200, {})
    shop.changes("ada#10").answered(200, {})
    shop.shows("ada#10").answered(401, {})
    verdict = judged(shop)
    assert (verdict.outcome, verdict.evidence) == (Outcome.PASS, ())
    assert verdict.counts["refresh tokens refused as used before"] == 1
