"""What each master did about an attempt, and commands on keys that hold another's value."""

from typing import cast

from chaos.observations.locks import AttemptRow, StrayRow
from chaos.subject.watchers.lock_attempts import AttemptBook
from tests.unit.chaos.subject.watchers.test_lock_book import MASTERS, TTL_MS, Masters, ms


def rows(book: AttemptBook) -> dict[str, AttemptRow]:
    return {row.value: row for row in (AttemptRow(**cast(dict, each)) for each in book.rows())}  # type: ignore[type-arg]


def votes(masters: Masters, value: str) -> dict[str, dict[str, object]]:
    row = next(each for each in masters.book.attempts.rows() if each["value"] == value)
    return {str(vote["master"]): dict(vote) for vote in cast(list[dict[str, object]], row["votes"])}


def test_an_attempt_that_was_granted_and_released() -> None:
    masters = Masters()
    masters.acquire("order-1:x", 100, resources=("a", "b"))
    masters.extend("order-1:x", 400)
    masters.release("order-1:x", 900, resources=("a", "b"))
    row = rows(masters.book.attempts)["order-1:x"]
    assert (row.holder, [*row.resources], row.first_ns, [*row.ttls_ms]) == ("order-1", ["a", "b"], ms(100), [TTL_MS])
    assert votes(masters, "order-1:x")["m2"] == {
        "master": "m2",
        "asked_ns": ms(100),
        "met": "",
        "set_ns": ms(100),
        "sets": 1,
        "until_ns": ms(400 + TTL_MS),
        "released_ns": ms(900),
        "kept": 0,
        "met_left_ns": None,
    }
    assert masters.book.attempts.strays == []


def test_an_attempt_that_met_another_value_sets_nothing() -> None:
    masters = Masters()
    masters.acquire("order-1:x", 100)
    masters.acquire("order-2:y", 200, refused=True)
    masters.release("order-2:y", 210, refused=True)
    vote = votes(masters, "order-2:y")["m1"]
    assert (vote["asked_ns"], vote["met"], vote["set_ns"], vote["released_ns"]) == (ms(200), "order-1:x", None, ms(210))
    assert vote["met_left_ns"] == ms(TTL_MS - 100)
    assert masters.book.attempts.strays == []


def test_a_key_that_a_release_did_not_delete_is_kept() -> None:
    masters = Masters()
    masters.acquire("order-1:x", 100, resources=("a", "b"))
    masters.release("order-1:x", 900)
    assert votes(masters, "order-1:x")["m2"]["kept"] == 1


def test_a_key_that_had_expired_before_its_release_is_not() -> None:
    masters = Masters()
    masters.acquire("order-1:x", 100)
    masters.release("order-1:x", 101 + TTL_MS, refused=True)
    assert votes(masters, "order-1:x")["m2"]["kept"] == 0


def test_an_attempt_that_is_sent_again_met_what_it_met_last() -> None:
    """The master did not know the script; its client loads it, and sends it once more."""
    masters = Masters()
    masters.acquire("order-1:x", 100, on=["m1"])
    masters.acquire("order-2:y", 200, on=["m1"], refused=True)
    masters.release("order-1:x", 201, on=["m1"])
    masters.acquire("order-2:y", 202, on=["m1"])
    vote = votes(masters, "order-2:y")["m1"]
    assert (vote["asked_ns"], vote["met"], vote["set_ns"]) == (ms(202), "", ms(202))


def test_a_value_that_is_used_again_is_set_twice() -> None:
    masters = Masters()
    for at in (100, 200):
        masters.acquire("order-1:x", at)
        masters.release("order-1:x", at + 50)
    assert votes(masters, "order-1:x")["m3"]["sets"] == 2


def test_commands_on_the_key_of_another_are_strays() -> None:
    masters = Masters()
    masters.acquire("order-1:x", 100, on=["m1"])
    masters.release("order-2:y", 300, on=["m1"])
    masters.acquire("order-1:x2", 400, on=["m1"])
    masters.acquire("order-2:y2", 500, on=["m1"])
    masters.acquire("order-1:x2", 600, on=["m2"])
    masters.extend("order-3:z", 700, on=["m2"])
    assert masters.book.attempts.strays == [
        StrayRow("m1", ms(300), "DEL", "a", "order-2:y", "order-1:x", ms(800)),
        StrayRow("m1", ms(500), "SET", "a", "order-2:y2", "order-1:x2", ms(900)),
        StrayRow("m2", ms(700), "PEXPIRE", "a", "order-3:z", "order-1:x2", ms(900)),
    ]


def test_a_key_whose_ttl_has_run_out_belongs_to_nobody() -> None:
    masters = Masters()
    masters.acquire("order-1:x", 100)
    masters.acquire("order-2:y", 100 + TTL_MS)
    masters.release("order-2:y", 1300)
    masters.release("order-1:x", 1400)
    assert masters.book.attempts.strays == []


def test_nor_does_one_that_was_flushed() -> None:
    masters = Masters()
    masters.acquire("order-1:x", 100)
    for master in MASTERS:
        list(masters.book.executed(master, ("FLUSHALL",), ms(150)))
    masters.acquire("order-2:y", 200)
    assert masters.book.attempts.strays == []


def test_a_plain_command_is_nobodys() -> None:
    masters = Masters()
    masters.acquire("order-1:x", 100)
    list(masters.book.executed("m1", ("DEL", "lock:a"), ms(150), scripted=False))
    assert [(each.command, each.value, each.found) for each in masters.book.attempts.strays] == [("DEL", "", "order-1:x")]


def test_a_plain_set_if_absent_leaves_the_key_of_another() -> None:
    masters = Masters()
    for at, value in ((100, "order-1:x"), (200, "order-2:y")):
        list(masters.book.executed("m1", ("SET", "lock:a", value, "NX", "PX", "1000"), ms(at), scripted=False))
    masters.release("order-1:x", 300, on=["m1"])
    assert masters.book.attempts.strays == []
    assert rows(masters.book.attempts).keys() == {"order-1:x"}


def test_a_key_without_a_ttl_is_told_as_a_ttl_of_nothing() -> None:
    masters = Masters()
    list(masters.book.executed("m1", ("SET", "lock:a", "order-1:x"), ms(100), scripted=False))
    assert [*rows(masters.book.attempts)["order-1:x"].ttls_ms] == [0]


def test_what_a_master_holds_is_not_known_while_it_is_out_of_sight() -> None:
    masters = Masters()
    masters.acquire("order-1:x", 100, on=["m1"])
    masters.book.set_observed("m1", ms(150), well=False)
    masters.book.set_observed("m1", ms(200), well=True)
    masters.acquire("order-2:y", 250, on=["m1"])
    assert masters.book.attempts.strays == []


def test_nor_are_commands_judged_that_were_told_after_its_keys_were_read() -> None:
    """They may have been executed before."""
    masters = Masters()
    masters.book.set_observed("m1", ms(150), well=False)
    masters.book.set_observed("m1", ms(200), well=True)
    list(masters.book.read("m1", {"lock:a": ("order-2:y", ms(1900))}, ms(220)))
    masters.acquire("order-1:x", 205, on=["m1"])
    masters.release("order-1:x", 206, on=["m1"])
    masters.acquire("order-2:y", 210, on=["m1"])
    assert masters.book.attempts.strays == []
    masters.acquire("order-3:z", 900, on=["m1"])
    assert [each.found for each in masters.book.attempts.strays] == ["order-2:y"]


def test_masters_that_are_still_out_of_sight_at_the_end_are_told() -> None:
    masters = Masters()
    masters.book.set_observed("m1", ms(150), well=False)
    assert [(each.master, each.end_ns) for each in masters.book.unwatched(ms(900))] == [("m1", ms(150)), ("m1", ms(900))]
