"""Two at once is a breach; two that nobody can tell apart is not, and is counted."""

from harness.checkers import Hold, mutually_exclusive


def hold(holder: str, began: int, sure: int, ended: int | None, resource: str = "r") -> Hold:
    return Hold(resource, holder, began, sure, ended, f"token of {holder}")


def test_one_after_the_other_is_fine() -> None:
    finding = mutually_exclusive([hold("b", 20, 30, 30), hold("a", 0, 10, 10), hold("c", 30, 40, None)])
    assert finding.judged == 3
    assert not finding.violations
    assert set(finding.counts.values()) == {0}


def test_one_that_begins_before_the_others_sure_end_is_a_breach() -> None:
    finding = mutually_exclusive([hold("a", 0, 2_000_000_000, 2_000_000_000), hold("b", 500_000_000, 600_000_000, 600_000_000)])
    (violation,) = finding.violations
    assert violation.what == (
        "r was given to b (token of b) while a (token of a) held it: 0.500 s after that began and 1.500 s before it ended"
    )
    assert violation.facts["holders"] == ["a", "b"]


def test_every_overlap_is_reported_not_only_that_with_the_neighbour() -> None:
    finding = mutually_exclusive([hold("a", 0, 100, 100), hold("b", 10, 20, 20), hold("c", 30, 40, 40)])
    assert [violation.facts["holders"] for violation in finding.violations] == [["a", "b"], ["a", "c"]]


def test_between_the_sure_and_the_latest_end_nobody_can_tell() -> None:
    finding = mutually_exclusive([hold("a", 0, 10, 100), hold("b", 50, 60, 60)])
    assert not finding.violations
    assert finding.counts["overlaps that nobody can tell"] == 1


def test_a_hold_without_an_end_is_uncertain_for_ever_after_its_sure_end() -> None:
    finding = mutually_exclusive([hold("a", 0, 10, None), hold("b", 10**9, 10**9 + 1, None), hold("c", 10**10, 10**11, None)])
    assert not finding.violations
    assert finding.counts["overlaps that nobody can tell"] == 3


def test_a_sure_end_after_the_latest_counts_as_sure() -> None:
    """The lease was over at 10, but its holder acted on it at 50."""
    assert mutually_exclusive([hold("a", 0, 50, 10), hold("b", 20, 30, 30)]).violations


def test_other_resources_do_not_matter() -> None:
    assert not mutually_exclusive([hold("a", 0, 100, 100), hold("b", 10, 20, 20, resource="s")]).violations


def test_an_excused_overlap_is_counted() -> None:
    holds = [hold("a", 0, 100, 100), hold("b", 10, 20, 20)]
    finding = mutually_exclusive(holds, excused=lambda earlier, later: (earlier.holder, later.holder) == ("a", "b"))
    assert not finding.violations
    assert finding.counts["overlaps that were to be expected"] == 1


def test_no_holds_judge_nothing() -> None:
    assert mutually_exclusive([]).judged == 0
