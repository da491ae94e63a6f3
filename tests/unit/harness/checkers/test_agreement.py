"""Two books agree on everything, or the difference is told in the words of both."""

import pytest

from harness.checkers import agree

BY = ("the shop", "the bank")


def test_the_same_in_both() -> None:
    finding = agree({"a": "5 EUR", "b": "6 EUR"}, {"b": "6 EUR", "a": "5 EUR"}, by=BY)
    assert (finding.judged, finding.violations) == (2, ())


@pytest.mark.parametrize(
    ("ours", "theirs", "what"),
    [
        ({"a": 5}, {"a": 6}, "order a: 5 by the shop, 6 by the bank"),
        ({"a": 5}, {}, "order a: 5 by the shop, nothing by the bank"),
        ({}, {"a": 5}, "order a: nothing by the shop, 5 by the bank"),
        ({"a": None}, {}, "order a: None by the shop, nothing by the bank"),
    ],
)
def test_different_or_missing(ours: dict[str, int | None], theirs: dict[str, int | None], what: str) -> None:
    finding = agree(ours, theirs, kind="order", by=BY)
    assert [each.what for each in finding.violations] == [what]
    assert finding.judged == 1


def test_the_evidence_names_the_operations() -> None:
    (violation,) = agree({"a": 5}, {}, by=BY, operations={"a": (7, 8), "b": (9,)}).violations
    assert violation.operations == (7, 8)


def test_every_difference_is_told() -> None:
    assert len(agree({"a": 1, "b": 2, "c": 3}, {"a": 2, "b": 2}, by=BY).violations) == 2


def test_empty_books_are_nothing_judged() -> None:
    assert agree({}, {}, by=BY).judged == 0
