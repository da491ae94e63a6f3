"""No moment and no account in which more was used than there was."""

from harness.checkers import OUTSIDE, Transfer, never_overdrawn, within

PUT = Transfer("p", OUTSIDE, "available", 2)
RESERVE = Transfer("p", "available", "reserved", 2)


def test_using_all_there_is_is_fine() -> None:
    finding = never_overdrawn([PUT, RESERVE])
    assert (finding.judged, finding.violations) == (2, ())


def test_a_moment_below_zero_is_found_though_the_end_is_fine() -> None:
    (violation,) = never_overdrawn([RESERVE, PUT]).violations
    assert violation.facts == {"account": "p", "bucket": "available", "left": -2, "entry": 1}


def test_a_negative_entry_may_overdraw_where_it_gives() -> None:
    assert never_overdrawn([PUT, Transfer("p", OUTSIDE, "available", -3, "7 (PUT)")]).violations[0].what == (
        "p: available fell to -1 by entry 7 (PUT)"
    )


def test_giving_back_is_no_overdraw_though_the_bucket_is_still_below_zero() -> None:
    taken = [Transfer("p", "available", "reserved", 1, operations=(number,)) for number in (1, 2)]
    violations = never_overdrawn([*taken, Transfer("p", "reserved", "available", 1)]).violations
    assert [violation.operations for violation in violations] == [(1,), (2,)]


def test_accounts_do_not_lend_to_each_other() -> None:
    assert never_overdrawn([PUT, Transfer("q", "available", "reserved", 1)]).violations


def test_within_is_inclusive_and_reports_every_account() -> None:
    finding = within({"a": 100, "b": 101, "c": 1}, {"a": 100, "b": 100}, use="sold", of="put in")
    assert [violation.what for violation in finding.violations] == [
        "b: 101 sold, more than the 100 put in",
        "c: 1 sold, more than the 0 put in",
    ]
    assert finding.judged == 3
