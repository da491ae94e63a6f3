"""Tokens and what the masters executed, put together."""

import json

from chaos.observations.locks import GrantRow
from chaos.subject.lock_grants import drift_ns, lock_grants
from chaos.subject.watchers.lock_book import LockBook
from harness.history import Row
from harness.system.clocks import ClockOffset
from tests.unit.chaos.subject.watchers.test_lock_book import MASTERS, TTL_MS, Masters, ms

LATE = ms(10_000)


def token(number: int, value: str, at: int, *resources: str) -> Row:
    return {"token": number, "holder": value, "names": json.dumps(resources or ("a",)), "drawn_ns": ms(at)}


def grants(book: LockBook, *tokens: Row, now_ns: int = LATE) -> list[GrantRow]:
    return [GrantRow(**row) for row in lock_grants(book, tokens, now_ns)]  # type: ignore[arg-type]  # rows of a GrantRow


def test_a_lock_that_was_released() -> None:
    masters = Masters()
    masters.acquire("order-1:x", 100)
    masters.release("order-1:x", 150)
    (row,) = grants(masters.book, token(7, "order-1:x", 105))
    assert (row.resource, row.holder, row.token, row.ending) == ("a", "order-1", 7, "released")
    assert (row.begin_ns, row.sure_ns, row.end_ns) == (ms(100), ms(150), ms(150))
    assert (row.votes, row.unseen, row.quorum) == (3, 0, 2)
    assert (row.granted_ns, row.drawn_ns, row.until_ns) == (ms(100), ms(105), ms(100 + TTL_MS))
    assert ([*row.set_at], row.out_of_sight) == ([*MASTERS], 0)


def test_a_lock_that_was_never_released_ends_between_the_last_sign_and_its_ttl() -> None:
    masters = Masters()
    masters.acquire("order-1:x", 100)
    (row,) = grants(masters.book, token(7, "order-1:x", 105))
    assert (row.sure_ns, row.end_ns, row.ending) == (ms(105), ms(100 + TTL_MS), "expired")


def test_a_holder_that_acts_after_its_ttl_held_until_then() -> None:
    masters = Masters()
    masters.acquire("order-1:x", 100)
    masters.extend("order-1:x", 3000, refused=True)
    (row,) = grants(masters.book, token(7, "order-1:x", 105))
    assert (row.sure_ns, row.end_ns) == (ms(3000), ms(3000))


def test_a_lock_that_is_held_has_no_end() -> None:
    masters = Masters()
    masters.acquire("order-1:x", 100)
    (row,) = grants(masters.book, token(7, "order-1:x", 105), now_ns=ms(200))
    assert (row.end_ns, row.ending) == (None, "unknown")


def test_a_row_for_each_resource() -> None:
    masters = Masters()
    masters.acquire("order-1:x", 100, resources=("a", "b"))
    assert [row.resource for row in grants(masters.book, token(7, "order-1:x", 105, "a", "b"))] == ["a", "b"]


def test_a_token_without_a_quorum_shows_how_many_voted() -> None:
    masters = Masters()
    masters.acquire("order-1:x", 100, on=["m1"])
    one, none = grants(masters.book, token(7, "order-1:x", 105), token(8, "order-2:y", 300))
    assert (one.votes, one.begin_ns, one.until_ns) == (1, ms(105), None)
    assert (none.votes, none.begin_ns, none.sure_ns, none.end_ns) == (0, ms(300), ms(300), None)


def test_tokens_of_before_are_left_out() -> None:
    masters = Masters()
    masters.book.since_ns = ms(1000)
    assert grants(masters.book, token(7, "order-1:x", 105)) == []


def test_without_a_watch_nothing_is_known() -> None:
    assert grants(LockBook(), token(7, "order-1:x", 105)) == []


def test_a_grant_that_was_heard_of_late_began_with_its_token_at_the_latest() -> None:
    masters = Masters()
    masters.acquire("order-1:x", 900)
    (row,) = grants(masters.book, token(7, "order-1:x", 105))
    assert row.begin_ns == ms(105)


def test_a_master_that_was_lost_while_the_lock_was_held_is_told() -> None:
    masters = Masters()
    masters.acquire("order-1:x", 100)
    masters.book.set_observed("m2", ms(300), well=False)
    masters.book.set_observed("m2", ms(400), well=True)
    masters.release("order-1:x", 500, on=["m1", "m3"])
    (row,) = grants(masters.book, token(7, "order-1:x", 105))
    assert (row.unseen, row.out_of_sight) == (1, 1)


def test_a_master_that_was_out_of_sight_when_the_token_was_drawn_is_told_though_its_keys_were_read_since() -> None:
    masters = Masters()
    for master in ("m1", "m2"):
        masters.book.set_observed(master, ms(50), well=True)
        masters.book.set_observed(master, ms(90), well=False)
        masters.book.set_observed(master, ms(120), well=True)
        [*masters.book.read(master, {"lock:a": ("order-1:x", ms(120 + TTL_MS))}, ms(125))]
    (row,) = grants(masters.book, token(7, "order-1:x", 105))
    assert (row.granted_ns, row.drawn_ns, row.out_of_sight) == (ms(125), ms(105), 2)


def test_a_clock_that_moved_meanwhile_makes_times_uncertain() -> None:
    book = LockBook()
    book.open(("m1", "m2"), 0, {"m1": ClockOffset(100, 5), "m2": ClockOffset(100, 5)})
    said: list[Row] = [{"clock": "m1", "offset_ns": 140, "error_ns": 5}, {"clock": "mysql", "offset_ns": 999, "error_ns": 5}]
    assert drift_ns(book, said) == 40
    assert drift_ns(book, [*said, {"clock": "m2", "offset_ns": 30 * 10**9, "error_ns": 5}]) == 40, "it jumped"
    assert drift_ns(LockBook(), said) == 0
