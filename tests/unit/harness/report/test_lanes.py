"""Rows become lanes: overlaps of owners are found, steps follow each other, and a person gets no more than can be read."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.experiment.presentation import LaneSpec, Tone
from harness.history import History, Observation, Row
from harness.report.lanes import MOST_INTERVALS, MOST_LANES, Interval, Lanes, lanes
from harness.report.timeline import zero_ns
from harness.verdict import Outcome, RunVerdict
from tests.unit.harness.report.pictured_run import LOCKS, ORDERS, PRODUCTS, SAGAS, concluded, save_pictured

SECOND = 1_000_000_000
NOTHING = RunVerdict(experiment="e", seed=1, verdicts=())


def grant(resource: str, holder: str, token: int, begin: float, end: float | None) -> Row:
    return {
        "resource": resource,
        "holder": holder,
        "token": token,
        "begin_ns": int(begin * SECOND),
        "end_ns": None if end is None else int(end * SECOND),
    }


def step(saga: str, name: str, at: float, *, outcome: str = "done", direction: str = "do", by: str = "order-1") -> Row:
    return {
        "saga_id": saga,
        "subject": "o1",
        "kind": "complete",
        "step": name,
        "direction": direction,
        "outcome": outcome,
        "executor": by,
        "created_ns": SECOND,
        "at_ns": int(at * SECOND),
    }


def drawn(spec: LaneSpec, *rows: Row, end: float = 20.0) -> Lanes:
    """Lanes of a history that begins at 0 s and ends at `end` s."""
    records = (
        Observation(time_ns=0, subject="first", rows=()),
        Observation(time_ns=int(end * SECOND), subject=spec.subject, rows=rows),
    )
    found = lanes(spec, History(records), NOTHING)
    assert found is not None
    return found


def told(each: Interval) -> tuple[str, str, float, float]:
    return each.lane, each.by, each.begin_s, each.end_s


def test_one_lane_for_each_resource_and_an_interval_for_each_grant() -> None:
    found = drawn(LOCKS, grant("p2", "order-1", 2, 3, 4), grant("p1", "order-1", 1, 1, 2), grant("p2", "order-2", 3, 5, None))
    assert found.names == ("p1", "p2")
    assert [told(each) for each in found.intervals] == [
        ("p1", "order-1", 1, 2),
        ("p2", "order-1", 3, 4),
        ("p2", "order-2", 5, 20),
    ]
    assert [each.open for each in found.intervals] == [False, False, True]
    assert found.intervals[2].label == "token 3"
    assert not found.conflicts


@pytest.mark.parametrize(
    ("second", "overlap"),
    [
        (grant("p", "order-2", 2, 2, 6), (2.0, 3.0)),
        (grant("p", "order-2", 2, 1, 3), (1.0, 3.0)),
        (grant("p", "order-1", 2, 2, 2.5), (2.0, 2.5)),
        (grant("p", "order-2", 2, 3, 6), None),
        (grant("q", "order-2", 2, 2, 6), None),
    ],
)
def test_two_holders_of_one_lock_at_once_are_a_conflict(second: Row, overlap: tuple[float, float] | None) -> None:
    found = drawn(LOCKS, grant("p", "order-1", 1, 1, 3), second)
    assert [(each.begin_s, each.end_s) for each in found.conflicts] == ([overlap] if overlap else [])


def test_every_overlapping_pair_is_found_also_behind_a_long_one() -> None:
    found = drawn(LOCKS, grant("p", "a", 1, 0, 10), grant("p", "b", 2, 1, 2), grant("p", "c", 3, 5, 6))
    assert [(each.first.by, each.second.by) for each in found.conflicts] == [("a", "b"), ("a", "c")]


def test_lanes_that_may_be_shared_have_no_conflicts() -> None:
    shared = replace(LOCKS, exclusive=False)
    assert not drawn(shared, grant("p", "a", 1, 1, 3), grant("p", "b", 2, 1, 3)).conflicts


def test_steps_of_a_saga_follow_each_other_and_say_who_went_on() -> None:
    found = drawn(SAGAS, step("s", "confirm_stock", 4, outcome="STOCK_LOST", by="order-2"), step("s", "capture_payment", 2))
    first, second = found.intervals
    assert (told(first), told(second)) == (("o1", "order-1", 1, 2), ("o1", "order-2", 2, 4))
    assert (first.taken_from, second.taken_from) == ("", "order-1")
    assert second.label == "kind complete, step confirm_stock, direction do, outcome STOCK_LOST"


def test_the_first_shade_that_fits_colours_a_step() -> None:
    found = drawn(SAGAS, step("s", "a", 2), step("s", "b", 3, outcome="NO"), step("s", "a", 4, direction="undo"))
    assert [each.shade and (each.shade.said, each.shade.tone) for each in found.intervals] == [
        ("done", Tone.GOOD),
        ("refused", Tone.WEAK),
        ("undone", Tone.WARN),
    ]


def test_what_cannot_be_drawn_is_not() -> None:
    history = History((Observation(time_ns=0, subject=LOCKS.subject, rows=({"resource": "p"}, {"begin_ns": 1})),))
    assert lanes(LOCKS, history, NOTHING) is None
    assert lanes(LOCKS, History(()), NOTHING) is None


def test_lanes_of_violations_come_first_then_those_that_met_a_fault(tmp_path: Path) -> None:
    history = save_pictured(tmp_path).read_history()
    found = lanes(SAGAS, history, concluded(Outcome.FAIL))
    assert found is not None
    assert found.marked == (ORDERS[20], ORDERS[23]) == found.names[:2]
    assert (len(found.names), found.lanes_left_out, found.left_out) == (MOST_LANES, 5, 0)
    early = {each.lane for each in found.intervals if each.end_s < 2.0}
    assert len(early) < len({ORDERS[number] for number in range(15)})  # those left out never met a fault


def test_the_lock_of_a_violation_is_named_by_its_sentence(tmp_path: Path) -> None:
    found = lanes(LOCKS, save_pictured(tmp_path).read_history(), concluded(Outcome.FAIL))
    assert found is not None
    assert found.names[0] == PRODUCTS[0]
    assert next((each.first.label, each.second.label) for each in found.conflicts) == ("token 12", "token 13")


def test_intervals_are_bounded_and_those_in_conflict_stay() -> None:
    many = [grant("p", "a", number, number, number + 0.5) for number in range(3 * MOST_INTERVALS)]
    found = drawn(LOCKS, *many, grant("p", "b", -1, 4_000.1, 4_000.2), end=10_000)
    assert (len(found.intervals), found.left_out) == (MOST_INTERVALS, 2 * MOST_INTERVALS + 1)
    assert "b" in {each.by for each in found.intervals}


def test_time_zero_is_the_beginning_of_the_workload(tmp_path: Path) -> None:
    history = save_pictured(tmp_path).read_history()
    assert zero_ns(history) == 5_000 * SECOND
    found = lanes(LOCKS, history, NOTHING)
    assert found is not None
    assert min(each.begin_s for each in found.intervals) == 0.0
