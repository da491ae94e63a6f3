"""Two holders at once need an excuse; a lock without a quorum and a write under a lower token have none."""

import pytest

from chaos.guarantees.lock_exclusive_and_fenced import lock_exclusive_and_fenced
from harness.faults.spec import Edge, FaultSpec
from harness.history import History
from harness.verdict import Outcome
from tests.unit.chaos.lock_history import MASTERS, LockHistory, ns


def of(kind: str, *members: str) -> FaultSpec:
    return FaultSpec(kind=kind, members=members)


def on(kind: str, *edges: str) -> FaultSpec:
    return FaultSpec(kind=kind, edges=tuple(map(Edge.named, edges)))


def two_at_once(history: LockHistory) -> None:
    """order-1 holds from 10 s, acts on it until 14 s; order-2 is granted it at 12 s."""
    history.held("order-1", 1, 10, 14)
    history.held("order-2", 2, 12, 13)


def outcome(history: LockHistory) -> Outcome:
    return lock_exclusive_and_fenced.verdict(history.done()).outcome


def test_holders_that_take_turns_pass() -> None:
    history = LockHistory()
    for turn in range(5):
        history.held(f"order-{turn % 2}", turn + 1, turn, turn + 0.9)
        history.writes(turn + 1)
    assert outcome(history) is Outcome.PASS
    assert lock_exclusive_and_fenced.verdict(history.done()).counts["judged"] == 5


def test_two_at_once_fail() -> None:
    history = LockHistory()
    two_at_once(history)
    verdict = lock_exclusive_and_fenced.verdict(history.done())
    assert verdict.outcome is Outcome.FAIL
    assert "lamp was given to order-2 (token 2) while order-1 (token 1) held it" in verdict.evidence[0].what


@pytest.mark.parametrize(
    ("fault", "granted_by"),
    [
        (of("forget", "redis-lock-1", "redis-lock-2"), (1, 2)),
        (of("flush", "redis-lock-2"), (2, 3)),
        (of("clock_jump", "redis-lock-1", "redis-lock-3"), (1, 3)),
        (of("forget", *MASTERS), (1, 2, 3)),
    ],
)
def test_they_are_excused_by_the_masters_that_forgot_the_first_one(fault: FaultSpec, granted_by: tuple[int, ...]) -> None:
    history = LockHistory()
    history.held("order-1", 1, 10, 14, set_at=MASTERS[:2])
    history.held("order-2", 2, 12, 13, set_at=tuple(f"redis-lock-{number}" for number in granted_by))
    history.strikes(fault, 10.5, 13)
    verdict = lock_exclusive_and_fenced.verdict(history.done())
    assert verdict.outcome is Outcome.PASS
    assert verdict.counts["overlaps that were to be expected"] == 1


def test_by_a_fault_that_was_never_healed_too() -> None:
    history = LockHistory()
    two_at_once(history)
    history.strikes(of("forget", *MASTERS), 10.5, None)
    assert outcome(history) is Outcome.PASS


def test_a_master_that_remembers_excuses_nothing() -> None:
    """Of the masters that granted both, one was never emptied."""
    history = LockHistory()
    history.held("order-1", 1, 10, 14)
    history.held("order-2", 2, 12, 13, set_at=MASTERS[:2])
    history.strikes(of("forget", "redis-lock-1"), 10.5, 13)
    assert outcome(history) is Outcome.FAIL


@pytest.mark.parametrize(
    "fault",
    [
        of("kill", "redis-lock-1"),
        of("kill", "order-1"),
        of("pause", "order-1"),
        on("toxic", "order-1->redis-lock-1", "order-2->redis-lock-1"),
        on("partition", "gateway-1->order-1", *(f"order-1->{master}" for master in MASTERS)),
        on("cut", "order-1->redis-lock-1", "order-1->redis-lock-2"),
        on("stall", "order-1->redis-lock-1", "order-1->redis-lock-2"),
        of("pause", "redis-lock-1"),
        of("pause", "order-2"),
        of("flush", "redis-cache"),
        of("disk_full", "redis-lock-1", "redis-lock-2"),
        on("toxic", "order-1->product-1"),
        on("partition", "order-1->product-1", "product-2->mysql"),
        on("cut", "user-1->redis-cache", "user-2->redis-lock-1"),
        of("", "order-1"),
    ],
)
def test_they_are_not_excused_by_what_does_not(fault: FaultSpec) -> None:
    history = LockHistory()
    two_at_once(history)
    history.strikes(fault, 10.5, 13)
    assert outcome(history) is Outcome.FAIL


@pytest.mark.parametrize(("began", "ended"), [(1.0, 9.0), (20.0, 30.0), (1.0, 2.0)])
def test_nor_by_a_fault_at_another_time(began: float, ended: float) -> None:
    history = LockHistory()
    two_at_once(history)
    history.strikes(of("forget", *MASTERS), began, ended)
    assert outcome(history) is Outcome.FAIL


def goes_on(history: LockHistory, *, late: float = 4, out_of_sight: int = 0) -> None:
    """The TTL of order-1 runs out at 12 s; it goes on for `late` s, and order-2 is granted the lock meanwhile."""
    history.held("order-1", 1, 10, 12 + late, until=12, out_of_sight=out_of_sight)
    history.held("order-2", 2, 12.1, 12.2)


def test_a_lock_whose_ttl_has_run_out_is_granted_to_the_next_one() -> None:
    """As the masters saw it nothing is wrong; the holder was paused, and believed otherwise."""
    history = LockHistory()
    goes_on(history)
    history.strikes(of("pause", "order-1"), 11, 14)
    verdict = lock_exclusive_and_fenced.verdict(history.done())
    assert verdict.outcome is Outcome.PASS
    assert verdict.counts["holds beyond their TTL that were to be expected"] == 1
    assert verdict.counts["overlaps that were to be expected"] == 0


def test_a_holder_that_goes_on_after_its_ttl_without_a_reason_fails() -> None:
    history = LockHistory()
    goes_on(history)
    (told,) = said(history)
    assert told.startswith("order-1 still held lamp (token 1) 4.000 s after its TTL had run out at a quorum")


@pytest.mark.parametrize(
    "fault",
    [
        of("pause", "order-2"),
        of("pause", "redis-lock-1"),
        of("kill", "redis-lock-1"),
        on("toxic", "order-1->redis-lock-1"),
        on("toxic", "order-1->product-1", "order-2->redis-lock-1", "order-2->redis-lock-2"),
    ],
)
def test_it_is_not_excused_by_what_left_it_a_quorum(fault: FaultSpec) -> None:
    history = LockHistory()
    goes_on(history)
    history.strikes(fault, 11, 14)
    assert outcome(history) is Outcome.FAIL


@pytest.mark.parametrize(
    "fault",
    [
        of("kill", "order-1"),
        of("kill", "redis-lock-1", "redis-lock-3"),
        on("toxic", "order-1->redis-lock-1", "order-1->redis-lock-2"),
        on("cut", *(f"order-1->{master}" for master in MASTERS)),
    ],
)
def test_it_is_excused_by_what_did_not(fault: FaultSpec) -> None:
    history = LockHistory()
    goes_on(history)
    history.strikes(fault, 11, 14)
    assert outcome(history) is Outcome.PASS


def test_nor_by_a_pause_long_before_or_after() -> None:
    for began, ended in ((0, 1), (22, 30)):
        history = LockHistory()
        history.held("order-1", 1, 0, 16, until=14.5)
        history.strikes(of("pause", "order-1"), began, ended)
        assert outcome(history) is Outcome.FAIL


def test_a_holder_that_was_late_by_little_or_out_of_sight_proves_nothing() -> None:
    for late, out_of_sight in ((0.9, 0), (4, 1)):
        history = LockHistory()
        goes_on(history, late=late, out_of_sight=out_of_sight)
        verdict = lock_exclusive_and_fenced.verdict(history.done())
        assert verdict.outcome is Outcome.PASS
        assert verdict.counts["holds beyond their TTL that prove nothing"] == 1


def test_a_run_of_before_does_not_tell_when_a_ttl_ran_out() -> None:
    history = LockHistory()
    history.held("order-1", 1, 10, 14, until=None)
    history.held("order-2", 2, 12, 13, until=None)
    verdict = lock_exclusive_and_fenced.verdict(history.done())
    assert verdict.outcome is Outcome.PASS
    assert verdict.counts["overlaps that nobody can tell"] == 1


def test_a_hold_whose_end_nobody_saw_may_have_been_over() -> None:
    history = LockHistory()
    history.held("order-1", 1, 10, 18, sure=10.5)
    history.held("order-2", 2, 12, 13)
    history.held("order-1", 3, 14, None)
    history.held("order-2", 4, 15, 16)
    verdict = lock_exclusive_and_fenced.verdict(history.done())
    assert verdict.outcome is Outcome.PASS
    assert verdict.counts["overlaps that nobody can tell"] == 4


def test_a_lower_token_that_writes_fails_whatever_was_broken() -> None:
    history = LockHistory()
    two_at_once(history)
    history.strikes(of("forget", *MASTERS), 10.5, 13)
    history.writes(2)
    history.writes(1)
    verdict = lock_exclusive_and_fenced.verdict(history.done())
    assert verdict.outcome is Outcome.FAIL
    assert "entry 2 (order o2) was written under token 1 after entry 1 (order o1)" in verdict.evidence[0].what


def test_a_reservation_under_no_token_fails() -> None:
    history = LockHistory()
    history.held("order-1", 1, 1, 2)
    history.writes(None)
    assert outcome(history) is Outcome.FAIL


def test_what_needs_no_lock_needs_no_token() -> None:
    history = LockHistory()
    history.held("order-1", 7, 1, 2)
    history.writes(7)
    for kind in ("PUT", "CONFIRM", "RELEASE", "RETURN"):
        history.writes(None, kind=kind)
    assert outcome(history) is Outcome.PASS


def test_a_lock_without_a_quorum_fails_even_if_nobody_else_held_it() -> None:
    history = LockHistory()
    history.held("order-1", 1, 1, 2, votes=1)
    history.strikes(on("partition", "order-1->redis-lock-1"), 0, 3)
    verdict = lock_exclusive_and_fenced.verdict(history.done())
    assert verdict.outcome is Outcome.FAIL
    assert verdict.evidence[0].what == ("order-1 believed to hold lamp (token 1) by the word of 1 masters; 2 are a quorum")


def test_a_master_that_could_not_be_seen_may_have_voted() -> None:
    history = LockHistory()
    history.held("order-1", 1, 1, 2, votes=1, unseen=1)
    assert outcome(history) is Outcome.PASS


def test_without_any_grant_nothing_was_shown() -> None:
    history = LockHistory()
    history.writes(1)
    assert outcome(history) is Outcome.VACUOUS


def test_a_run_that_was_never_observed_cannot_be_judged() -> None:
    with pytest.raises(LookupError):
        lock_exclusive_and_fenced.verdict(History(()))


def said(history: LockHistory) -> list[str]:
    return [each.what for each in lock_exclusive_and_fenced.verdict(history.done()).evidence]


def test_a_write_under_a_token_of_another_product_fails() -> None:
    history = LockHistory()
    history.held("order-1", 1, 10, 11)
    history.held("order-1", 2, 12, 13, product="shade")
    history.writes(2)
    assert said(history) == ["lamp: entry 1 (order o1) was written under token 2, which was given for shade"]


def test_a_write_under_a_token_that_nobody_drew_fails() -> None:
    history = LockHistory()
    history.held("order-1", 1, 10, 11)
    history.writes(7)
    assert said(history) == ["lamp: entry 1 (order o1) was written under token 7, which was given to nobody"]


def test_a_write_before_the_lock_was_watched_is_not_judged() -> None:
    history = LockHistory()
    history.held("order-1", 5, 10, 11)
    history.writes(2)
    history.writes(5)
    assert outcome(history) is Outcome.PASS


def test_a_hold_that_nobody_released_needs_a_fault_on_its_way() -> None:
    for fault, began, expected in (
        (None, 0, Outcome.FAIL),
        (of("kill", "order-1"), 11, Outcome.PASS),
        (of("kill", "order-2"), 11, Outcome.FAIL),
        (on("lose", "order-1->redis-lock-2"), 11, Outcome.FAIL),
        (on("lose", *(f"order-1->{master}" for master in MASTERS)), 11, Outcome.PASS),
        (on("lose", *(f"order-2->{master}" for master in MASTERS)), 11, Outcome.FAIL),
        (of("kill", "order-1"), 40, Outcome.FAIL),
    ):
        history = LockHistory()
        history.held("order-1", 1, 10, 18, ending="expired")
        if fault is not None:
            history.strikes(fault, began, began + 2)
        assert outcome(history) is expected, fault


def written(at: float, *, ending: str = "released", began: float = 10, out_of_sight: int = 0) -> LockHistory:
    """order-1 holds the lock for half a second, unless it begins earlier, and product writes at some time."""
    history = LockHistory()
    history.held("order-1", 1, began, 10.5, until=None if ending == "released" else 10.5, ending=ending)
    history.grants[0] = {
        **history.grants[0],
        "drawn_ns": ns(began),
        "granted_ns": ns(began),
        "error_ns": ns(0.002),
        "out_of_sight": out_of_sight,
    }
    history.writes(1, at=at)
    return history


def test_a_write_while_the_lock_is_held_passes() -> None:
    for at in (9.995, 10.2, 10.506):
        verdict = lock_exclusive_and_fenced.verdict(written(at).done())
        assert verdict.outcome is Outcome.PASS
        assert verdict.counts["writes while the lock was held"] == 1


def test_a_write_before_the_lock_was_granted_fails() -> None:
    assert said(written(9.9)) == [
        "lamp: entry 1 (order o1) was written under token 1 0.100 s before order-1 was granted the lock"
    ]


def test_a_write_after_the_lock_was_released_fails() -> None:
    assert said(written(10.6)) == [
        "lamp: entry 1 (order o1) was written under token 1 0.100 s after order-1 had released the lock"
    ]


@pytest.mark.parametrize(
    ("fault", "count"),
    [
        (of("pause", "order-1"), "writes after the lock that were to be expected"),
        (of("kill", "product-2"), "writes after the lock that were to be expected"),
        (of("pause", "mysql"), "writes after the lock that were to be expected"),
        (on("toxic", "order-1->product-1"), "writes after the lock that were to be expected"),
        (of("clock_jump", "redis-lock-1"), "writes whose time nobody can tell"),
        (of("pause", "order-2"), ""),
        (on("cut", "order-1->redis-lock-1"), ""),
        (on("toxic", "order-2->product-1"), ""),
    ],
)
def test_it_is_excused_by_what_may_have_made_it_late(fault: FaultSpec, count: str) -> None:
    history = written(10.6)
    history.strikes(fault, 10, 11)
    verdict = lock_exclusive_and_fenced.verdict(history.done())
    assert verdict.outcome is (Outcome.PASS if count else Outcome.FAIL)
    assert not count or verdict.counts[count] == 1


def test_a_holder_that_waited_long_for_the_answer_may_have_given_up() -> None:
    for history in (written(10.6, began=9), written(10.6, out_of_sight=1)):
        verdict = lock_exclusive_and_fenced.verdict(history.done())
        assert verdict.outcome is Outcome.PASS
        assert verdict.counts["writes after the lock that prove nothing"] == 1


def test_a_write_long_after_the_ttl_fails() -> None:
    for at, fault, expected in (
        (12, of("pause", "order-1"), Outcome.PASS),
        (12, of("pause", "order-2"), Outcome.FAIL),
        (11, of("pause", "order-2"), Outcome.PASS),
    ):
        history = written(at, ending="unknown")
        history.strikes(fault, 10, 11)
        assert outcome(history) is expected
