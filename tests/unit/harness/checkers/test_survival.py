"""What was acknowledged is there and is what was sent."""

from harness.checkers import Acknowledged, survived

SENT = Acknowledged("o-1", {"items": {"p": 1}}, 7)


def test_there_and_unchanged() -> None:
    finding = survived([SENT], {"o-1": {"items": {"p": 1}, "more": True}})
    assert (finding.judged, finding.violations) == (1, ())


def test_gone() -> None:
    (violation,) = survived([SENT], {}, kind="order").violations
    assert (violation.what, violation.operations) == ("order o-1 was acknowledged and is gone", (7,))


def test_changed() -> None:
    (violation,) = survived([SENT], {"o-1": {"items": {"p": 2}}}).violations
    assert "differs from what was sent in items" in violation.what


def test_a_field_that_vanished_is_a_change() -> None:
    assert survived([SENT], {"o-1": {}}).violations


def test_one_item_acknowledged_twice_is_judged_for_both_contents_and_counted_once() -> None:
    other = Acknowledged("o-1", {"items": {"p": 2}}, 8)
    finding = survived([SENT, other], {"o-1": {"items": {"p": 1}}})
    assert (finding.judged, [violation.operations for violation in finding.violations]) == (1, [(8,)])
    assert len(survived([SENT, other], {}).violations) == 1


def test_nothing_acknowledged_is_nothing_judged() -> None:
    assert survived([], {"o-1": {}}).judged == 0
