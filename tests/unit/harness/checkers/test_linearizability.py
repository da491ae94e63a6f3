"""Linearizability: legal histories pass, also with unknown outcomes; each kind of lie fails with a sentence."""

import pytest

from harness.checkers.linearizability import Access, Effect, Misses, Reads, Swaps, UndecidedError, Writes, linearizable


def did(number: int, effect: Effect, began: int, ended: int | None, what: str = "did it") -> Access:
    return Access("x", what, began, ended, effect, number)


def swaps(expected: int, value: int) -> Swaps:
    return Swaps(frozenset({expected}), value)


def broken(*accesses: Access) -> list[str]:
    return [each.what for each in linearizable(accesses, {"x": 0}).violations]


LEGAL = {
    "a value refused that it did not have yet": [did(1, Writes(1), 0, 9), did(2, Misses(1), 1, 2), did(3, Reads(1), 3, 4)],
    "a read after a write": [did(1, Writes(1), 0, 1), did(2, Reads(1), 2, 3)],
    "an overlapping read of the old value": [did(1, Writes(1), 0, 5), did(2, Reads(0), 1, 2), did(3, Reads(1), 3, 4)],
    "an unknown write that took effect late": [did(1, Writes(1), 0, None), did(2, Reads(0), 1, 2), did(3, Reads(1), 3, 4)],
    "an unknown write that never did": [did(1, Writes(1), 0, None), did(2, Reads(0), 1, 2)],
    "an unknown write between two others": [
        did(1, Writes(1), 0, None),
        did(2, Writes(2), 1, 2),
        did(3, Reads(2), 3, 4),
        did(4, Reads(1), 5, 6),
    ],
    "two swaps that follow each other": [
        did(1, swaps(1, 2), 0, 9),
        did(2, swaps(0, 1), 1, 8),
        did(3, Reads(2), 10, 11),
    ],
    "overlapping reads of two values": [did(1, Writes(1), 0, 9), did(2, Reads(1), 0, 9), did(3, Reads(0), 0, 9)],
}

LIES = {
    "a stale read": [did(1, Writes(1), 0, 1), did(2, Reads(0), 2, 3)],
    "back to the old value": [did(1, Writes(1), 0, 9), did(2, Reads(1), 1, 2), did(3, Reads(0), 3, 4)],
    "a value that nobody wrote": [did(1, Writes(1), 0, 1), did(2, Reads(7), 2, 3)],
    "a read before the write": [did(1, Reads(1), 0, 1), did(2, Writes(1), 2, 3)],
    "an unknown write that took effect twice": [
        did(1, Writes(1), 0, None),
        did(2, Reads(1), 1, 2),
        did(3, Writes(2), 3, 4),
        did(4, Reads(1), 5, 6),
    ],
    "a value refused that it had": [did(1, Writes(1), 0, 1), did(2, Misses(1), 2, 3)],
    "two swaps from one value": [did(1, swaps(0, 1), 0, 9), did(2, swaps(0, 2), 1, 8)],
    "a lost update": [did(1, Writes(1), 0, 1), did(2, Writes(2), 2, 3), did(3, Reads(1), 4, 5)],
}


@pytest.mark.parametrize("name", LEGAL)
def test_what_some_order_explains_passes(name: str) -> None:
    assert broken(*LEGAL[name]) == []


@pytest.mark.parametrize("name", LIES)
def test_what_no_order_explains_is_told(name: str) -> None:
    assert len(broken(*LIES[name])) == 1


def test_the_sentence_names_the_operations_and_what_was_possible() -> None:
    finding = linearizable(
        [did(1, Writes("PAID"), 0, 1, "wrote PAID"), did(2, Reads("NEW"), 2, 3, "read NEW")], {}, kind="order", unset="NEW"
    )
    (violation,) = finding.violations
    assert violation.what == (
        "order x: operation 2 read NEW, but in no order of what was done could it: it was PAID, after operation 1 wrote PAID"
    )
    assert violation.operations == (1, 2)


def test_registers_are_independent() -> None:
    assert not linearizable([did(1, Writes(1), 0, 1), Access("y", "read", 2, 3, Reads(0), 2)], {"x": 0, "y": 0}).violations


def test_many_unknown_outcomes_are_searched_within_the_limit() -> None:
    unknown = [did(number, Writes(number % 3), number, None) for number in range(40)]
    seen = [did(100 + number, Reads(number % 3), 50 + 2 * number, 51 + 2 * number) for number in range(9)]
    assert broken(*unknown, *seen) == []


def test_beyond_the_limit_nothing_is_known() -> None:
    at_once = [did(number, Writes(number), 0, 100) for number in range(1, 12)]
    with pytest.raises(UndecidedError, match="undecided for register x"):
        linearizable([*at_once, did(20, Reads(-1), 101, 102)], {"x": 0}, limit=500)


def test_only_what_returned_counts_as_judged() -> None:
    assert linearizable([did(1, Writes(1), 0, None), did(2, Reads(0), 1, 2)], {"x": 0}).judged == 1


def test_the_first_value_of_an_unset_register_is_told_by_its_first_read() -> None:
    assert not linearizable([did(1, Reads(5), 0, 1), did(2, Reads(5), 2, 3)], {}).violations
    assert linearizable([did(1, Reads(5), 0, 1), did(2, Reads(6), 2, 3)], {}).violations
