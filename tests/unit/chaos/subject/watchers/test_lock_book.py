"""Who held which lock, from what the masters executed."""

from collections.abc import Iterable

import pytest

from chaos.observations.events import LOCK_EXPIRED, LOCK_GRANTED, LOCK_OVERTAKEN, LOCK_RELEASED
from chaos.subject.watchers.lock_book import LockBook

MASTERS = ("m1", "m2", "m3")
TTL_MS = 1000


def ms(milliseconds: int) -> int:
    return milliseconds * 1_000_000


class Masters:
    """Tells a book what masters would execute, at times in ms; keeps the events."""

    def __init__(self) -> None:
        self.book = LockBook()
        self.book.open(MASTERS, 0, {})
        self.events: list[tuple[str, str, str]] = []

    def acquire(
        self,
        value: str,
        at: int,
        on: Iterable[str] = MASTERS,
        resources: tuple[str, ...] = ("a",),
        *,
        refused: bool = False,
    ) -> None:
        for master in on:
            self._run(master, at, value, TTL_MS, resources)
            for resource in resources:
                self._tell(master, ("GET", f"lock:{resource}"), at)
            for resource in () if refused else resources:
                self._tell(master, ("SET", f"lock:{resource}", value, "PX", str(TTL_MS)), at)

    def extend(self, value: str, at: int, on: Iterable[str] = MASTERS, *, refused: bool = False) -> None:
        for master in on:
            self._run(master, at, value, TTL_MS, ("a",))
            if not refused:
                self._tell(master, ("PEXPIRE", "lock:a", str(TTL_MS)), at)

    def release(
        self,
        value: str,
        at: int,
        on: Iterable[str] = MASTERS,
        resources: tuple[str, ...] = ("a",),
        *,
        refused: bool = False,
    ) -> None:
        for master in on:
            self._run(master, at, value, None, resources)
            for resource in () if refused else resources:
                self._tell(master, ("DEL", f"lock:{resource}"), at)

    def tick(self, at: int) -> None:
        self._keep(self.book.tick(ms(at)))

    def _run(self, master: str, at: int, value: str, ttl: int | None, resources: tuple[str, ...]) -> None:
        keys = tuple(f"lock:{resource}" for resource in resources)
        arguments = (value,) if ttl is None else (value, str(ttl))
        self._tell(master, ("EVALSHA", "0123", str(len(keys)), *keys, *arguments), at)

    def _tell(self, master: str, words: tuple[str, ...], at: int) -> None:
        self._keep(self.book.executed(master, words, ms(at)))

    def _keep(self, seen: Iterable[tuple[str, str, object]]) -> None:
        for event, resource, detail in seen:
            assert isinstance(detail, dict)
            self.events.append((event, resource, str(detail["holder"])))


@pytest.fixture
def masters() -> Masters:
    return Masters()


def test_a_quorum_grants_once(masters: Masters) -> None:
    masters.acquire("order-1:x", 10, on=["m1"])
    assert masters.events == []
    masters.acquire("order-1:x", 12, on=["m2", "m3"])
    assert masters.events == [(LOCK_GRANTED, "a", "order-1")]
    claim = masters.book.claims["a", "order-1:x"]
    assert (claim.first_ns, claim.granted_ns) == (ms(10), ms(12))


def test_votes_that_have_run_out_do_not_count(masters: Masters) -> None:
    masters.acquire("order-1:x", 0, on=["m1"])
    masters.acquire("order-1:x", TTL_MS + 1, on=["m2"])
    assert masters.events == []


def test_each_resource_is_granted(masters: Masters) -> None:
    masters.acquire("order-1:x", 0, resources=("a", "b"))
    assert masters.events == [(LOCK_GRANTED, "a", "order-1"), (LOCK_GRANTED, "b", "order-1")]


def test_the_first_release_ends_it(masters: Masters) -> None:
    masters.acquire("order-1:x", 0)
    masters.release("order-1:x", 50, on=["m3"])
    masters.release("order-1:x", 90, on=["m1", "m2"])
    assert masters.events[1:] == [(LOCK_RELEASED, "a", "order-1")]
    assert masters.book.claims["a", "order-1:x"].released_ns == ms(50)


def test_what_was_given_up_before_a_quorum_agreed_is_never_granted(masters: Masters) -> None:
    masters.acquire("order-1:x", 0, on=["m1"])
    masters.release("order-1:x", 1, on=["m1"])
    masters.acquire("order-1:x", 2, on=["m2", "m3"])
    assert masters.events == []


def test_masters_need_not_be_heard_in_step(masters: Masters) -> None:
    masters.acquire("order-1:x", 0, on=["m1"])
    masters.release("order-1:x", 50, on=["m1"])
    assert masters.events == []
    masters.acquire("order-1:x", 1, on=["m2"])
    masters.release("order-1:x", 51, on=["m2"])
    masters.acquire("order-2:y", 60)
    assert [event for event, _, _ in masters.events] == [LOCK_GRANTED, LOCK_RELEASED, LOCK_GRANTED]
    assert masters.book.claims["a", "order-1:x"].granted_ns == ms(1)


def test_times_are_those_of_the_masters_and_not_of_hearing_them(masters: Masters) -> None:
    masters.acquire("order-1:x", 4, on=["m1"])
    masters.acquire("order-1:x", 9, on=["m2"])
    masters.release("order-1:x", 50, on=["m1"])
    masters.acquire("order-1:x", 5, on=["m3"])
    masters.release("order-1:x", 48, on=["m3"])
    claim = masters.book.claims["a", "order-1:x"]
    assert (claim.granted_ns, claim.released_ns) == (ms(5), ms(48))
    assert [event for event, _, _ in masters.events] == [LOCK_GRANTED, LOCK_RELEASED]


def test_extension_puts_the_end_off(masters: Masters) -> None:
    masters.acquire("order-1:x", 0)
    masters.extend("order-1:x", 600, on=["m1", "m2"])
    masters.tick(1500)
    assert masters.events == [(LOCK_GRANTED, "a", "order-1")]
    masters.tick(1601)
    masters.tick(1700)
    assert masters.events[1:] == [(LOCK_EXPIRED, "a", "order-1")]


def test_a_key_that_is_gone_is_not_extended(masters: Masters) -> None:
    """A holder that extends without looking sends PEXPIRE of a key that is not there any more."""
    masters.acquire("order-1:x", 0)
    masters.extend("order-1:x", 1200)
    assert masters.book.claims["a", "order-1:x"].believed_until_ns(2) == ms(TTL_MS)


def test_extension_at_fewer_than_a_quorum_does_not(masters: Masters) -> None:
    masters.acquire("order-1:x", 0)
    masters.extend("order-1:x", 600, on=["m1"])
    masters.tick(1001)
    assert masters.events[1:] == [(LOCK_EXPIRED, "a", "order-1")]


def test_the_next_holder_after_a_release_overtakes_nobody(masters: Masters) -> None:
    masters.acquire("order-1:x", 0)
    masters.release("order-1:x", 10)
    masters.acquire("order-2:y", 11)
    assert [event for event, _, _ in masters.events] == [LOCK_GRANTED, LOCK_RELEASED, LOCK_GRANTED]


def test_a_lock_given_twice_is_seen_at_once(masters: Masters) -> None:
    masters.acquire("order-1:x", 0)
    masters.acquire("order-2:y", 100, on=["m1", "m2"])
    assert masters.events[1:] == [(LOCK_GRANTED, "a", "order-2"), (LOCK_OVERTAKEN, "a", "order-1")]


def test_a_holder_that_acts_after_its_end_is_seen_when_it_acts(masters: Masters) -> None:
    masters.acquire("order-1:x", 0)
    masters.tick(1100)
    masters.acquire("order-2:y", 1200)
    masters.release("order-2:y", 1300)
    assert [event for event, _, _ in masters.events] == [LOCK_GRANTED, LOCK_EXPIRED, LOCK_GRANTED, LOCK_RELEASED]
    masters.extend("order-1:x", 1900, refused=True)
    masters.release("order-1:x", 2000)
    assert masters.events[4:] == [(LOCK_OVERTAKEN, "a", "order-1"), (LOCK_RELEASED, "a", "order-1")]


def test_a_refused_extension_is_a_sign_of_life_and_no_more(masters: Masters) -> None:
    masters.acquire("order-1:x", 0)
    masters.extend("order-1:x", 500, refused=True)
    claim = masters.book.claims["a", "order-1:x"]
    assert claim.alive_ns == ms(500)
    assert claim.believed_until_ns(2) == ms(TTL_MS)


def test_other_commands_say_nothing(masters: Masters) -> None:
    for words in (
        ("PING",),
        ("SET", "other", "x", "PX", "1"),
        ("EVALSHA", "0123", "0"),
        ("FLUSHALL",),
        ("PEXPIRE", "lock:z", "1"),
    ):
        assert list(masters.book.executed("m1", words, 1)) == []


def test_a_master_that_went_away_was_out_of_sight_just_before_and_until_it_is_heard_again() -> None:
    book = LockBook()
    book.open(MASTERS, 0, {})
    list(book.executed("m1", ("PING",), ms(500)))
    for at in (2000, 2050, 2900):  # the connection broke; it refuses connections twice
        book.set_observed("m1", ms(at), well=False)
    book.set_observed("m1", ms(3000), well=True)
    assert book.unobserved_between(ms(600), ms(700)) == 1, "what it did after the last command heard may have remained untold"
    assert book.unobserved_between(ms(400), ms(500)) == 0, "a stream that is in order has told what was before"
    assert book.unobserved_between(ms(2100), ms(2800)) == 0, "a master that is not there votes for nobody"
    assert book.unobserved_between(ms(2800), ms(2950)) == 1, "it may have voted before it was heard again"
    assert book.unobserved_between(ms(3001), ms(9000)) == 0


def test_masters_that_are_seen_for_the_first_time_were_never_lost() -> None:
    book = LockBook()
    book.open(MASTERS, 0, {})
    book.set_observed("m1", ms(1), well=True)
    assert book.unobserved == []
