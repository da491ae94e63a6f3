"""Answers under one key may say less than each other, never something else."""

from harness.checkers import Told, consistent


def test_one_answer_however_often() -> None:
    finding = consistent([Told("k", {"order": "a"}, 1), Told("k", {"order": "a", "decision": "taken"}, 2), Told("l", {}, 3)])
    assert (finding.judged, finding.violations) == (2, ())


def test_two_answers_under_one_key() -> None:
    (violation,) = consistent([Told("k", {"order": "a"}, 1), Told("k", {"order": "b"}, 2)]).violations
    assert violation.what == "key k stands for two answers: order is a and b"
    assert violation.operations == (1, 2)


def test_a_fact_that_came_late_is_held_against_what_comes_later() -> None:
    told = [Told("k", {"order": "a"}, 1), Told("k", {"decision": "taken"}, 2), Told("k", {"decision": "rejected"}, 3)]
    assert [each.operations for each in consistent(told).violations] == [(2, 3)]


def test_each_fact_that_differs_is_told_once() -> None:
    told = [Told("k", {"x": 1, "y": 1}, 1), Told("k", {"x": 2, "y": 2}, 2), Told("k", {"x": 3, "y": 1}, 3)]
    assert [each.facts["fact"] for each in consistent(told).violations] == ["x", "y"]


def test_what_is_stored_counts_as_an_answer_without_an_operation() -> None:
    (violation,) = consistent([Told("k", {"order": "a"}, 1), Told("k", {"order": "b"})]).violations
    assert violation.operations == (1,)


def test_another_key_may_have_another_answer() -> None:
    assert consistent([Told("k", {"order": "a"}), Told("l", {"order": "b"})]).violations == ()


def test_nothing_told_is_nothing_judged() -> None:
    assert consistent([]).judged == 0
