"""Reads that do not overlap never go back; those that do may come in any order."""

import pytest

from harness.checkers import Read, forward_only

MOVES = {"NEW": ("OPEN",), "OPEN": ("DONE", "DROPPED"), "DONE": (), "DROPPED": ()}


def read(state: str, began: int, ended: int, subject: str = "a") -> Read:
    return Read(subject, state, began, ended, began)


def test_the_whole_way_and_staying_on_it() -> None:
    reads = [read("NEW", 1, 2), read("NEW", 3, 4), read("OPEN", 5, 6), read("DONE", 7, 8), read("DONE", 9, 10)]
    finding = forward_only(reads, MOVES)
    assert (finding.judged, finding.violations) == (5, ())


def test_states_that_nobody_saw_may_be_skipped() -> None:
    assert forward_only([read("NEW", 1, 2), read("DROPPED", 3, 4)], MOVES).violations == ()


@pytest.mark.parametrize(("first", "then"), [("OPEN", "NEW"), ("DONE", "NEW"), ("DONE", "DROPPED"), ("DROPPED", "OPEN")])
def test_back_or_across_is_a_breach(first: str, then: str) -> None:
    (violation,) = forward_only([read(first, 1, 2), read(then, 3, 4)], MOVES, kind="order").violations
    assert violation.what == f"order a was read as {then} after it had been {first}"
    assert violation.operations == (1, 3)


def test_going_back_is_found_though_the_last_read_was_fine_again() -> None:
    reads = [read("DONE", 1, 2), read("OPEN", 3, 4), read("DONE", 5, 6)]
    assert [each.operations for each in forward_only(reads, MOVES).violations] == [(1, 3)]


def test_an_old_sight_is_not_forgotten() -> None:
    reads = [read("DONE", 1, 2), *(read("DONE", at, at + 1) for at in range(3, 9, 2)), read("OPEN", 20, 21)]
    assert [each.operations for each in forward_only(reads, MOVES).violations] == [(1, 20)]


@pytest.mark.parametrize(("began", "ended"), [(1, 9), (2, 3), (4, 9)])
def test_overlapping_reads_have_no_order(began: int, ended: int) -> None:
    assert forward_only([read("DONE", 1, 4), read("OPEN", began, ended)], MOVES).violations == ()


def test_one_subject_says_nothing_of_another() -> None:
    assert forward_only([read("DONE", 1, 2, "a"), read("NEW", 3, 4, "b")], MOVES).violations == ()


def test_a_state_of_no_machine_is_a_breach_and_judges_nobody_else() -> None:
    (violation,) = forward_only([read("LOST", 1, 2), read("OPEN", 3, 4)], MOVES).violations
    assert "LOST, which is no state" in violation.what


def test_an_observation_is_a_read_without_an_operation() -> None:
    (violation,) = forward_only([read("DONE", 1, 2), Read("a", "OPEN", 3, 3)], MOVES).violations
    assert violation.operations == (1,)


def test_no_reads_are_nothing_judged() -> None:
    assert forward_only([], MOVES).judged == 0
