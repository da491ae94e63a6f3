"""Bounds of a counter: exact where nothing overlaps, and never narrower than what some order explains."""

from harness.checkers.counter import FOREVER, NEVER, Counter, Setting, Taking

TEN = Setting(10, NEVER, NEVER)


def test_without_takings_it_is_what_it_was_set_to() -> None:
    counter = Counter([TEN], [])
    assert (counter.least(1, 2), counter.most(1, 2)) == (10, 10)


def test_what_was_taken_before_is_gone_and_what_overlaps_may_be() -> None:
    counter = Counter([TEN], [Taking(3, 1, 2), Taking(4, 5, 8)])
    assert (counter.least(3, 4), counter.most(3, 4)) == (7, 7)
    assert (counter.least(6, 7), counter.most(6, 7)) == (3, 7)
    assert (counter.least(9, 10), counter.most(9, 10)) == (3, 3)


def test_a_taking_of_unknown_outcome_may_or_may_not_have_been() -> None:
    counter = Counter([TEN], [Taking(3, 1)])
    assert (counter.least(5, 6), counter.most(5, 6)) == (7, 10)


def test_what_was_given_back_is_there_again() -> None:
    counter = Counter([TEN], [Taking(3, 1, 2, 4, 6)])
    assert (counter.least(3, 3), counter.most(3, 3)) == (7, 7)
    assert (counter.least(4, 5), counter.most(4, 5)) == (7, 10)
    assert (counter.least(7, 8), counter.most(7, 8)) == (10, 10)


def test_a_setting_forgets_what_was_taken_before_it() -> None:
    counter = Counter([TEN, Setting(5, 10, 12)], [Taking(3, 1, 2), Taking(1, 14, 15)])
    assert (counter.least(13, 13), counter.most(13, 13)) == (5, 5)
    assert (counter.least(16, 17), counter.most(16, 17)) == (4, 4)
    assert (counter.least(11, 11), counter.most(11, 11)) == (5, 7)


def test_a_setting_of_unknown_outcome_leaves_both_possible() -> None:
    counter = Counter([TEN, Setting(50, 10, FOREVER)], [])
    assert (counter.least(20, 21), counter.most(20, 21)) == (10, 50)


def test_of_what_was_never_set_nothing_is_known() -> None:
    assert (Counter([], []).least(1, 2), Counter([], []).most(1, 2)) == (NEVER, FOREVER)
