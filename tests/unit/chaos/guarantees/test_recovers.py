"""recovers judges what happened after the last heal, and only where there was one."""

from dataclasses import replace

import pytest

from chaos.guarantees.recovers import BOUND_S, recovers
from chaos.observations.rest import HEALTH
from harness.history import Completion, Ending, Fault, FaultPhase, History
from harness.verdict import Outcome
from tests.unit.chaos.shop_history import ShopHistory


@pytest.fixture
def shop() -> ShopHistory:
    return ShopHistory()


def long_after(history: History) -> History:
    """The same history, everything after the last fault's end later than the bound."""
    last = max((index for index, each in enumerate(history.records) if isinstance(each, Fault)), default=0)
    shift = round((BOUND_S + 1) * 1e9)
    later = tuple(replace(each, time_ns=each.time_ns + shift) for each in history.records[last + 1 :])
    return History(history.records[: last + 1] + later)


def test_well_again_passes(shop: ShopHistory) -> None:
    shop.places("a", 503)
    shop.strikes("order-1")
    shop.places("a", 503)
    shop.places("a", 201)
    shop.places("b", 409)
    verdict = recovers.verdict(shop.done())
    assert verdict.outcome is Outcome.PASS
    assert verdict.counts == {"judged": 3, "attempts after the last heal": 4, "of them not well": 1}


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_errors_long_after_fail(shop: ShopHistory, status: int) -> None:
    shop.strikes("order-1")
    shop.places("a", status)
    (violation,) = recovers.verdict(long_after(shop.done())).evidence
    assert f"more than 30 s: place_order ended {status}" in violation.what
    assert violation.operations == (1,)


def test_a_door_that_stays_shut_fails(shop: ShopHistory) -> None:
    shop.strikes("gateway-1")
    shop.asks("a").errored(ConnectionRefusedError())
    assert recovers.verdict(long_after(shop.done())).outcome is Outcome.FAIL


def test_a_member_that_is_dead_at_the_end_fails(shop: ShopHistory) -> None:
    shop.strikes("order-1")
    shop.rows[HEALTH].append({"part": "order-1", "well": False, "detail": "does not run"})
    (violation,) = recovers.verdict(long_after(shop.done())).evidence
    assert "order-1: does not run" in violation.what


def test_what_was_cut_short_with_the_run_says_nothing(shop: ShopHistory) -> None:
    shop.strikes("order-1")
    shop.asks("a")
    history = shop.done()
    cut = Completion(time_ns=99, id=1, process="b", operation="place_order", error="CancelledError", type=Ending.INFO)
    for ended in (history, History((*history.records, cut))):
        assert recovers.verdict(long_after(ended)).outcome is Outcome.PASS


def test_the_last_of_several_heals_counts(shop: ShopHistory) -> None:
    shop.strikes("order-1")
    shop.places("a", 503)
    history = long_after(shop.done(without=HEALTH))
    assert recovers.verdict(history).outcome is Outcome.FAIL
    again = replace(history.faults[1], time_ns=history.span_ns[1] + 1)
    assert (
        recovers.verdict(History((*history.records, replace(again, phase=FaultPhase.INJECT), again))).outcome is Outcome.VACUOUS
    )


def test_a_fault_that_was_never_healed_is_vacuous(shop: ShopHistory) -> None:
    shop.strikes("order-1")
    shop.strikes("order-2", heals=False)
    shop.places("a")
    assert recovers.verdict(shop.done()).outcome is Outcome.VACUOUS


def test_no_fault_is_vacuous(shop: ShopHistory) -> None:
    shop.places("a")
    assert recovers.verdict(shop.done()).outcome is Outcome.VACUOUS


def test_nothing_tried_after_the_heal_is_vacuous(shop: ShopHistory) -> None:
    shop.places("a")
    shop.strikes("order-1")
    assert recovers.verdict(shop.done(without=HEALTH)).outcome is Outcome.VACUOUS
