"""Only what cannot be disputed is a breach: issued before the change began, shown after it was acknowledged, taken."""

from harness.checkers import Issue, Revocation, Use, revoked

ISSUE = Issue("t", "ada", ended_ns=10, operation=1)
CHANGE = Revocation("ada", "a change", began_ns=20, ended_ns=30, operation=2)


def use(began_ns: int, accepted: bool | None, verifier: str = "gateway-1") -> Use:
    return Use("t", verifier, accepted, began_ns, operation=began_ns)


def test_refused_after_the_change_is_as_it_should_be() -> None:
    finding = revoked([ISSUE], [CHANGE], [use(31, False), use(32, False, verifier="user-2")])
    assert (finding.judged, finding.violations) == (2, ())
    assert finding.counts["verifiers shown a void one"] == 2


def test_accepted_after_the_change_is_a_breach_with_its_evidence() -> None:
    (violation,) = revoked([ISSUE], [CHANGE], [use(1_000_030, True)]).violations
    assert violation.what == "token t of ada was accepted by gateway-1, shown 1.0 ms after a change had been acknowledged"
    assert violation.operations == (1, 2, 1_000_030)


def test_what_overlaps_the_change_is_free() -> None:
    finding = revoked([ISSUE], [CHANGE], [use(15, True), use(25, True), use(30, True)])
    assert (finding.judged, finding.violations) == (0, ())
    assert finding.counts["tokens accepted in force"] == 3


def test_a_token_issued_while_the_change_was_made_may_be_of_either_version() -> None:
    for ended_ns in (20, 25, 40):
        assert revoked([Issue("t", "ada", ended_ns, 1)], [CHANGE], [use(50, True)]).violations == ()


def test_no_answer_is_counted_and_not_judged() -> None:
    finding = revoked([ISSUE], [CHANGE], [use(31, None)])
    assert (finding.judged, finding.counts["void and not answered"]) == (0, 1)


def test_somebody_elses_change_is_none_of_mine() -> None:
    assert revoked([Issue("t", "bob", 10, 1)], [CHANGE], [use(31, True)]).violations == ()


def test_a_token_that_nobody_was_given_is_left_alone() -> None:
    assert revoked([], [CHANGE], [use(31, True)]).judged == 0


def test_of_several_changes_the_one_acknowledged_first_counts_whatever_the_order_they_began_in() -> None:
    slow = Revocation("ada", "a slow change", began_ns=11, ended_ns=100, operation=3)
    late = Revocation("ada", "a late change", began_ns=60, ended_ns=70, operation=4)
    for order in ([slow, CHANGE, late], [late, CHANGE, slow]):
        (violation,) = revoked([ISSUE], order, [use(31, True)]).violations
        assert violation.operations[1] == CHANGE.operation
    assert revoked([Issue("t", "ada", 20, 1)], [slow, CHANGE, late], [use(65, True)]).violations == ()
    assert revoked([Issue("t", "ada", 20, 1)], [slow, CHANGE, late], [use(71, True)]).violations
