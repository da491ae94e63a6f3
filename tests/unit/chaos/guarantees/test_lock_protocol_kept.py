"""What a holder may do at the masters, and how long it may be refused."""

from collections.abc import Callable
from typing import Any, cast

import pytest

from chaos.guarantees.lock_protocol_kept import lock_protocol_kept
from harness.faults.spec import Edge, FaultSpec
from harness.history import History, Row
from harness.verdict import Outcome, Verdict
from tests.unit.chaos.lock_history import MASTERS, LockHistory, ns


def of(kind: str, *members: str) -> FaultSpec:
    return FaultSpec(kind=kind, members=members)


def on(kind: str, *edges: str, **parameters: str) -> FaultSpec:
    return FaultSpec(kind=kind, edges=tuple(map(Edge.named, edges)), parameters=parameters)


def verdict(history: LockHistory) -> Verdict:
    return lock_protocol_kept.verdict(history.done())


def said(history: LockHistory) -> list[str]:
    return [each.what for each in verdict(history).evidence]


def holds(history: LockHistory, token: int, at: float) -> None:
    """A right hold of 0.1 s."""
    history.tries(f"order-1:{token}", at)
    history.held("order-1", token, at, at + 0.1)


def test_holders_that_keep_to_it_pass() -> None:
    history = LockHistory()
    for turn in range(5):
        holds(history, turn, turn)
        history.tries(f"order-2:{turn}", turn, met=f"order-1:{turn}")
    assert verdict(history).outcome is Outcome.PASS
    assert verdict(history).counts["judged"] == 10


def test_without_any_attempt_nothing_was_shown() -> None:
    assert verdict(LockHistory()).outcome is Outcome.VACUOUS


def test_a_run_of_before_cannot_be_judged() -> None:
    with pytest.raises(LookupError):
        lock_protocol_kept.verdict(History(()))


def test_a_command_on_the_key_of_another_fails() -> None:
    history = LockHistory()
    holds(history, 1, 10)
    history.strays_on("redis-lock-1", 10.5, "order-2:y", "order-1:1", 3)
    assert said(history) == [
        "redis-lock-1 executed DEL of order-2 on the key of lamp, which order-1 held for another 3.000 s",
    ]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (of("clock_jump", "redis-lock-1"), Outcome.PASS),
        (of("flush", "redis-lock-1"), Outcome.FAIL),
        (of("forget", "redis-lock-1"), Outcome.FAIL),
        (of("clock_jump", "redis-lock-2"), Outcome.FAIL),
        (of("pause", "order-1"), Outcome.FAIL),
        (on("partition", "order-1->redis-lock-1"), Outcome.FAIL),
    ],
)
def test_it_is_excused_by_a_clock_that_jumped(fault: FaultSpec, expected: Outcome) -> None:
    history = LockHistory()
    holds(history, 1, 10)
    history.strays_on("redis-lock-1", 10.5, "order-2:y", "order-1:1", 3)
    history.strikes(fault, 10.2, 11)
    assert verdict(history).outcome is expected


def test_a_key_that_was_about_to_expire_may_have_expired() -> None:
    history = LockHistory()
    holds(history, 1, 10)
    history.strays_on("redis-lock-1", 10.5, "order-2:y", "order-1:1", 0.02, "SET")
    assert verdict(history).outcome is Outcome.PASS


def test_another_ttl_than_the_configured_one_fails() -> None:
    history = LockHistory()
    history.tries("order-1:1", 10, ttl=80)
    assert said(history) == ["order-1 asked for a TTL of 80000 ms in 1 attempts; it was told 8000 ms"]


def test_a_value_for_two_attempts_fails() -> None:
    history = LockHistory()
    history.tries("order-1:1", 10, sets=2)
    (told,) = said(history)
    assert told.startswith("order-1 used the value order-1:1 for several attempts: redis-lock-1 set it 2 times")


def test_a_token_that_was_drawn_before_the_lock_was_had_fails() -> None:
    for early, jumps, expected in ((0.05, False, Outcome.FAIL), (0.004, False, Outcome.PASS), (0.05, True, Outcome.PASS)):
        history = LockHistory()
        holds(history, 1, 10)
        history.grants[0] = {**history.grants[0], "drawn_ns": ns(10), "granted_ns": ns(10 + early)}
        if jumps:
            history.strikes(of("clock_jump", "redis-lock-1"), 9, 11)
        assert verdict(history).outcome is expected


def test_attempts_that_failed_and_were_not_withdrawn_fail() -> None:
    history = LockHistory()
    for turn in range(3):
        history.tries(f"order-1:{turn}", 20 * turn, on=MASTERS[:1], released=None)
    assert said(history) == [
        "of 3 attempts that failed 3 were never released, and ended with their TTL: order-1:0 is one",
        "of 3 values that redis-lock-1 set 3 were never released, and ended with their TTL: order-1:0 is one",
    ]


def test_a_release_or_two_may_be_lost() -> None:
    history = LockHistory()
    for turn in range(9):
        history.tries(f"order-1:{turn}", 1.5 * turn, on=MASTERS[:1], released=None if turn % 3 == 0 else 0.0)
    assert verdict(history).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (of("kill", "order-1"), Outcome.PASS),
        (of("kill", "redis-lock-2"), Outcome.PASS),
        (on("partition", "order-1->redis-lock-2"), Outcome.PASS),
        (of("kill", "redis-lock-1", "redis-lock-3"), Outcome.FAIL),
        (on("partition", "order-2->redis-lock-2"), Outcome.FAIL),
    ],
)
def test_what_kept_them_from_it_is_an_excuse(fault: FaultSpec, expected: Outcome) -> None:
    history = LockHistory()
    for turn in range(3):
        history.tries(f"order-1:{turn}", 20 * turn, on=MASTERS[1:2], released=None)
    history.strikes(fault, 0, 60)
    assert verdict(history).outcome is expected


def test_so_is_a_master_out_of_sight() -> None:
    history = LockHistory()
    for turn in range(3):
        history.tries(f"order-1:{turn}", 20 * turn, on=MASTERS[1:2], released=None)
    history.unwatched = [{"master": "redis-lock-2", "begin_ns": 0, "end_ns": ns(100)}]
    assert verdict(history).outcome is Outcome.PASS


def test_one_master_that_is_never_told_of_releases_fails() -> None:
    history = LockHistory()
    for turn in range(2):
        holds(history, turn, 20 * turn)
        votes = cast(tuple[Row, ...], history.attempts[-1]["votes"])
        left = {**votes[2], "released_ns": None}
        history.attempts[-1] = {**history.attempts[-1], "votes": [{**votes[0]}, {**votes[1]}, left]}
    assert said(history) == [
        "of 2 values that redis-lock-3 set 2 were never released, and ended with their TTL: order-1:0 is one"
    ]


def in_vain(history: LockHistory, *, seconds: float = 9, met: str = "", on: tuple[str, ...] = MASTERS) -> None:
    """order-1 tries again and again, and is not granted the lock."""
    for turn in range(20):
        history.tries(f"order-1:{turn}", 10 + turn * seconds / 19, met=met, on=on)


def test_a_lock_that_nobody_holds_is_granted() -> None:
    history = LockHistory()
    in_vain(history)
    (told,) = said(history)
    assert told.startswith("order-1 tried 20 times in 9.000 s to get the lock on lamp, which nobody held")


@pytest.mark.parametrize(
    "disturb",
    [
        lambda history: history.strikes(of("kill", "redis-lock-1", "redis-lock-2"), 11, 13),
        lambda history: history.strikes(of("pause", "order-1"), 11, 13),
        lambda history: history.tries("order-1:won", 12) or history.held("order-1", 1, 12, 12.1, value="order-1:won"),
        lambda history: history.held("order-2", 1, 12, 12.1),
    ],
)
def test_unless_something_was_in_the_way(disturb: Callable[[LockHistory], object]) -> None:
    history = LockHistory()
    in_vain(history)
    disturb(history)
    assert verdict(history).outcome is Outcome.PASS


def test_short_tries_and_those_that_met_another_prove_nothing() -> None:
    for seconds, met, on_masters in ((4, "", MASTERS), (9, "order-2:9", MASTERS), (9, "", MASTERS[:1])):
        history = LockHistory()
        history.held("order-2", 9, 900, 901)
        in_vain(history, seconds=seconds, met=met, on=on_masters)
        assert verdict(history).outcome is Outcome.PASS


def test_others_that_failed_as_well_are_no_reason() -> None:
    history = LockHistory()
    in_vain(history, met="order-2:that failed")
    assert len(said(history)) == 1


def put_off(after: float, number: int = 5, attempts: int = 1) -> LockHistory:
    history = LockHistory()
    holds(history, 1, 1)
    for order in range(number):
        history.puts_off(f"o{order}", 10, 10 + after, attempts)
    return history


def test_whoever_is_refused_keeps_trying() -> None:
    (told,) = said(put_off(0.5))
    assert told == (
        "5 orders were put off before their instance had tried for 4 s to get the lock: o0 0.500 s after it was sent"
    )


@pytest.mark.parametrize("history", [put_off(4.1), put_off(0.5, number=4), put_off(0.5, attempts=2)])
def test_who_gives_up_in_time_or_seldom_passes(history: LockHistory) -> None:
    assert verdict(history).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (of("kill", "redis-lock-1", "redis-lock-3"), Outcome.FAIL),
        (on("toxic", "order-1->product-1", type="latency"), Outcome.FAIL),
        (on("cut", "order-1->redis-lock-1"), Outcome.FAIL),
        (on("cut", "order-1->product-1"), Outcome.PASS),
        (of("kill", "mysql"), Outcome.PASS),
    ],
)
def test_another_reason_to_be_put_off_is_an_excuse(fault: FaultSpec, expected: Outcome) -> None:
    history = put_off(0.5)
    history.strikes(fault, 9, 11)
    assert verdict(history).outcome is expected


def refused(history: LockHistory, number: int, tries: int = 1) -> None:
    """order-1 is refused again and again, every 0.1 s so many times, and gives up."""
    for time in range(number):
        for turn in range(tries):
            history.tries(f"order-1:{time}-{turn}", 10 * time + turn / 10, met="order-2:x")


def test_whoever_was_refused_tries_again_soon() -> None:
    history = LockHistory()
    refused(history, 5)
    (told,) = said(history)
    assert told.startswith("5 of 5 times a holder was refused, and did not try again within 2 s")


def test_until_it_was_told_to_stop_or_is_granted_the_lock() -> None:
    for number, tries, wins in ((5, 40, False), (4, 1, False), (5, 10, True)):
        history = LockHistory()
        history.held("order-2", 99, 900, 901, value="order-2:x")
        refused(history, number, tries)
        for time in range(number if wins else 0):
            history.tries(f"order-1:won-{time}", 10 * time + tries / 10 + 0.1)
            history.held("order-1", time + 1, 10 * time + 1.5, 10 * time + 1.6, value=f"order-1:won-{time}")
        assert verdict(history).outcome is Outcome.PASS


def test_or_until_it_is_kept_from_it() -> None:
    for fault, expected in (
        (of("kill", "order-1"), Outcome.PASS),
        (of("kill", "rabbitmq"), Outcome.PASS),
        (of("kill", *MASTERS[:2]), Outcome.FAIL),
        (of("kill", *MASTERS), Outcome.PASS),
        (on("toxic", "order-1->redis-lock-1", type="latency"), Outcome.PASS),
        (on("toxic", "order-1->product-1", type="latency"), Outcome.FAIL),
    ):
        history = LockHistory()
        refused(history, 5)
        history.strikes(fault, 0, 60)
        assert verdict(history).outcome is expected


def in_part(**vote: object) -> LockHistory:
    history = LockHistory()
    holds(history, 1, 10)
    votes = cast(tuple[Row, ...], history.attempts[0]["votes"])
    history.attempts[0] = {**history.attempts[0], "votes": cast(Any, [{**votes[0], **vote}, *votes[1:]])}
    return history


def test_all_resources_are_set_or_none() -> None:
    assert said(in_part(met="order-2:y")) == [
        "redis-lock-1 set what order-1 wanted, though order-2 held some of it (order-1:1)"
    ]


@pytest.mark.parametrize(("left_s", "expected"), [(0.002, Outcome.PASS), (0.5, Outcome.FAIL)])
def test_what_was_about_to_expire_may_have_expired(left_s: float, expected: Outcome) -> None:
    assert verdict(in_part(met="order-2:y", met_left_ns=ns(left_s))).outcome is expected


def test_all_resources_are_released() -> None:
    assert said(in_part(kept=1)) == ["redis-lock-1 kept 1 of 1 resources when order-1 released them (order-1:1)"]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [(of("disk_full", "redis-lock-1"), Outcome.PASS), (of("disk_full", "redis-lock-2"), Outcome.FAIL)],
)
def test_a_master_in_trouble_may_do_part_of_it(fault: FaultSpec, expected: Outcome) -> None:
    history = in_part(kept=1)
    history.strikes(fault, 9, 11)
    assert verdict(history).outcome is expected


def test_so_may_one_out_of_sight() -> None:
    history = in_part(kept=1)
    history.unwatched = [{"master": "redis-lock-1", "begin_ns": 0, "end_ns": ns(100)}]
    assert verdict(history).outcome is Outcome.PASS
