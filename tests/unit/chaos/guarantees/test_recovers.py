"""recovers judges what happened after the last heal, and only where there was one."""

from dataclasses import replace

import pytest

from chaos.guarantees.recovers import BOUND_S, recovers
from chaos.observations.rest import HEALTH
from harness.history import PROBE, PROBED, Completion, Ending, Event, Fault, FaultPhase, History
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


def probed(history: History, *story: tuple[float, bool]) -> History:
    """The same history with a probe's attempts, each ended so many seconds after the last heal, served or not."""
    healed_ns = max(each.time_ns for each in history.faults)
    events = [
        Event(
            time_ns=healed_ns + round(at_s * 1e9),
            event=PROBED,
            subject="",
            detail={"well": well, "said": "" if well else "place_order was answered 503", "began_ns": healed_ns + 1},
        )
        for at_s, well in story
    ]
    return History(sorted((*history.records, *events), key=lambda each: each.time_ns))


SERVED = ((1.0, True), (1.1, True), (1.2, True))


def test_a_probe_that_is_served_passes_and_tells_when(shop: ShopHistory) -> None:
    shop.strikes("order-1")
    verdict = recovers.verdict(probed(shop.done(), (0.5, False), *SERVED))
    assert verdict.outcome is Outcome.PASS
    assert verdict.counts["ms from the last heal to service for good"] == 1000
    assert (verdict.counts["attempts of the probe"], verdict.counts["of these not well"]) == (4, 1)


@pytest.mark.parametrize(
    "story",
    [
        [(1.0, False), (44.0, False)],
        [(1.0, True), (1.1, True), (1.2, False)],
        [(at_s, False) for at_s in (1.0, 29.0)] + [(at_s, True) for at_s in (BOUND_S + 0.1, 31.0, 32.0)],
    ],
    ids=["never served", "not for good", "served too late"],
)
def test_a_probe_that_is_not_served_in_time_fails_though_nobody_else_asks(
    shop: ShopHistory, story: list[tuple[float, bool]]
) -> None:
    shop.strikes("order-1")
    (violation,) = recovers.verdict(probed(shop.done(), *story)).evidence
    assert "place_order was answered 503" in violation.what


def test_the_probes_operations_are_judged_as_attempts_only(shop: ShopHistory) -> None:
    shop.strikes("order-1")
    shop.recorder.invoke(PROBE, "place_order", {}).answered(503, {})
    assert recovers.verdict(probed(long_after(shop.done()), *SERVED)).outcome is Outcome.PASS
