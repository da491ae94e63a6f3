"""charged_at_most_once reads the provider's ledger, line by line."""

import pytest

from chaos.guarantees.charged_at_most_once import charged_at_most_once
from chaos.observations.outside import PROVIDER_LEDGER
from harness.history import NotObservedError
from harness.verdict import Outcome
from tests.unit.chaos.shop_history import ShopHistory


@pytest.fixture
def shop() -> ShopHistory:
    return ShopHistory()


def test_once_each_passes(shop: ShopHistory) -> None:
    shop.pays("a", "b")
    verdict = charged_at_most_once.verdict(shop.done())
    assert (verdict.outcome, verdict.counts) == (Outcome.PASS, {"judged": 2, "captures": 2, "refunds": 0})


def test_two_payments_captured_fails_and_names_who_asked(shop: ShopHistory) -> None:
    shop.pays("a")
    shop.provider("capture", "a", payment="pay-2")
    (violation,) = charged_at_most_once.verdict(shop.done()).evidence
    assert violation.what == "a was captured 2 times at once by entry 3 (capture pay-2): pay-2, pay-a"
    assert violation.operations == (2,)


def test_one_payment_captured_twice_fails(shop: ShopHistory) -> None:
    shop.pays("a")
    shop.provider("capture", "a")
    assert charged_at_most_once.verdict(shop.done()).outcome is Outcome.FAIL


def test_another_payment_after_a_refund_passes(shop: ShopHistory) -> None:
    shop.provider("capture", "a")
    shop.provider("refund", "a")
    shop.provider("capture", "a", payment="pay-2")
    assert charged_at_most_once.verdict(shop.done()).outcome is Outcome.PASS


def test_taken_twice_and_given_back_fails(shop: ShopHistory) -> None:
    shop.provider("capture", "a")
    shop.provider("capture", "a", payment="pay-2")
    shop.provider("refund", "a")
    assert charged_at_most_once.verdict(shop.done()).outcome is Outcome.FAIL


@pytest.mark.parametrize("kind", ["authorize", "void", "decline"])
def test_no_capture_is_vacuous(shop: ShopHistory, kind: str) -> None:
    shop.provider(kind, "a")
    assert charged_at_most_once.verdict(shop.done()).outcome is Outcome.VACUOUS


def test_a_kind_that_nobody_knows_is_not_judged_as_if_it_were_nothing(shop: ShopHistory) -> None:
    shop.provider("capture", "a")
    shop.provider("charge-again", "a")
    with pytest.raises(ValueError, match="kind"):
        charged_at_most_once.verdict(shop.done())


def test_without_the_ledger_it_does_not_judge(shop: ShopHistory) -> None:
    shop.pays("a")
    with pytest.raises(NotObservedError):
        charged_at_most_once.verdict(shop.done(without=PROVIDER_LEDGER))
