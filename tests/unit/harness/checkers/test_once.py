"""More than once is found at the moment it happens; less than once where once was due."""

from harness.checkers import Effect, at_most_once, exactly_once


def test_once_each_is_fine_and_so_is_never() -> None:
    finding = at_most_once([Effect("a", "1"), Effect("b", "2"), Effect("c", "3", undone=True)])
    assert (finding.judged, finding.violations) == (3, ())


def test_twice_is_a_breach_with_its_evidence() -> None:
    second = Effect("a", "2", reference="7", operations=(4, 5))
    (violation,) = at_most_once([Effect("a", "1"), second], done="captured").violations
    assert violation.what == "a was captured 2 times at once by entry 7: 1, 2"
    assert violation.operations == (4, 5)


def test_the_same_item_twice_is_twice() -> None:
    assert at_most_once([Effect("a", "1"), Effect("a", "1")]).violations


def test_again_after_it_was_undone_is_fine() -> None:
    assert at_most_once([Effect("a", "1"), Effect("a", "1", undone=True), Effect("a", "2")]).violations == ()


def test_undone_too_late_is_a_breach_all_the_same() -> None:
    assert at_most_once([Effect("a", "1"), Effect("a", "2"), Effect("a", "1", undone=True)]).violations


def test_undoing_what_never_was_or_another_item_excuses_nothing() -> None:
    assert at_most_once([Effect("a", "1", undone=True), Effect("a", "1"), Effect("a", "2")]).violations
    assert at_most_once([Effect("a", "1"), Effect("a", "2", undone=True), Effect("a", "3")]).violations


def test_no_effects_are_nothing_judged() -> None:
    assert at_most_once([]).judged == 0
    assert exactly_once([], {}).judged == 0


def test_exactly_once_each() -> None:
    finding = exactly_once([Effect("a", "1"), Effect("b", "2")], {"a": (), "b": ()})
    assert (finding.judged, finding.violations) == (2, ())


def test_missing() -> None:
    (violation,) = exactly_once([Effect("a", "1")], {"a": (), "b": (3, 4)}, kind="order", done="mail").violations
    assert violation.what == "order b has 0 mails in place of 1"
    assert violation.operations == (3, 4)


def test_too_many() -> None:
    (violation,) = exactly_once([Effect("a", "1"), Effect("a", "2")], {"a": ()}).violations
    assert violation.facts["found"] == ["1", "2"]


def test_unwanted() -> None:
    (violation,) = exactly_once([Effect("a", "1")], {}, kind="order", done="mail").violations
    assert violation.what == "order a has a mail it must not have"
