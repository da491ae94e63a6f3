"""Only PASS is green, and nothing but a judged, unbroken promise is a PASS."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.history import History
from harness.verdict import (
    Finding,
    Guarantee,
    Outcome,
    Requirement,
    RunVerdict,
    Verdict,
    Violation,
    guarantee,
    overall,
)

EMPTY = History(())
BROKEN = Violation(what="it broke")


def promise(finding: Finding) -> Guarantee:
    return Guarantee(name="g", promise="It holds.", judge=lambda _: finding)


def run(*outcomes: Outcome, requirements: tuple[Requirement, ...] = (), errors: tuple[str, ...] = ()) -> RunVerdict:
    verdicts = tuple(Verdict(guarantee="g", outcome=outcome, promise="p") for outcome in outcomes)
    return RunVerdict(experiment="e", seed=1, verdicts=verdicts, requirements=requirements, errors=errors)


def test_judged_and_unbroken_is_pass() -> None:
    verdict = promise(Finding(judged=3, counts={"seen": 4})).verdict(EMPTY)
    assert (verdict.outcome, verdict.counts) == (Outcome.PASS, {"judged": 3, "seen": 4})


def test_nothing_judged_is_vacuous_and_says_so() -> None:
    verdict = promise(Finding(judged=0)).verdict(EMPTY)
    assert verdict.outcome is Outcome.VACUOUS
    assert verdict.why


def test_a_violation_fails_even_where_nothing_was_counted() -> None:
    verdict = promise(Finding(judged=0, violations=(BROKEN, BROKEN))).verdict(EMPTY)
    assert (verdict.outcome, verdict.evidence) == (Outcome.FAIL, (BROKEN, BROKEN))


def test_the_docstring_is_the_promise() -> None:
    @guarantee
    def no_oversell(history: History) -> Finding:
        """Units never exceed
        the stock.

        More for the reader.
        """
        return Finding(judged=len(history.records))

    assert (no_oversell.name, no_oversell.promise) == ("no_oversell", "Units never exceed the stock.")


def test_a_guarantee_without_a_promise_is_refused() -> None:
    def nameless(_history: History) -> Finding:
        return Finding(judged=0)

    with pytest.raises(ValueError, match="must quote its promise"):
        guarantee(nameless)


def test_findings_add_up() -> None:
    both = Finding(judged=1, violations=(BROKEN,), counts={"a": 1}) + Finding(judged=2, counts={"a": 2, "b": 1})
    assert both == Finding(judged=3, violations=(BROKEN,), counts={"a": 3, "b": 1})


@given(st.lists(st.sampled_from(Outcome)))
def test_only_passes_make_a_pass(outcomes: list[Outcome]) -> None:
    assert overall(outcomes).green == (bool(outcomes) and set(outcomes) == {Outcome.PASS})
    assert (overall(outcomes) is Outcome.FAIL) == (Outcome.FAIL in outcomes)


@pytest.mark.parametrize(
    ("verdict", "outcome", "code"),
    [
        (run(Outcome.PASS, Outcome.PASS), Outcome.PASS, 0),
        (run(Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN), Outcome.FAIL, 1),
        (run(Outcome.PASS, Outcome.UNKNOWN, Outcome.VACUOUS), Outcome.UNKNOWN, 3),
        (run(Outcome.PASS, Outcome.VACUOUS), Outcome.VACUOUS, 3),
        (run(), Outcome.VACUOUS, 3),
        (run(Outcome.PASS, requirements=(Requirement(name="orders", met=True),)), Outcome.PASS, 0),
        (run(Outcome.PASS, requirements=(Requirement(name="orders", met=False),)), Outcome.VACUOUS, 3),
        (run(Outcome.FAIL, requirements=(Requirement(name="orders", met=False),)), Outcome.FAIL, 1),
        (run(Outcome.PASS, errors=("settle: out of time",)), Outcome.UNKNOWN, 3),
        (run(Outcome.FAIL, errors=("settle: out of time",)), Outcome.FAIL, 1),
    ],
)
def test_a_run_is_as_good_as_its_worst_part(verdict: RunVerdict, outcome: Outcome, code: int) -> None:
    assert (verdict.outcome, verdict.outcome.exit_code) == (outcome, code)
