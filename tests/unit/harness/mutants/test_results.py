"""A survivor is told from a mutant of which nothing was proved."""

from collections.abc import Sequence

import pytest

from harness.exit_codes import ExitCode
from harness.mutants.result import Caught, exit_code, result_of
from harness.verdict import Outcome, Requirement, RunVerdict, Verdict, Violation
from tests.unit.harness.mutants.test_mutants import mutant

MUTANT = mutant()

MET, UNMET = Requirement(name="fault", met=True), Requirement(name="fault", met=False, detail="nothing hit")


def run(
    outcome: Outcome, *requirements: Requirement, guarantee: str = MUTANT.guarantee, errors: tuple[str, ...] = ()
) -> RunVerdict:
    evidence = (Violation(what="seen"),) if outcome is Outcome.FAIL else ()
    verdict = Verdict(guarantee=guarantee, outcome=outcome, promise="p", evidence=evidence, why="because")
    return RunVerdict(experiment="e", seed=1, verdicts=(verdict,), requirements=requirements, errors=errors)


@pytest.mark.parametrize(
    ("verdict", "caught", "why"),
    [
        (run(Outcome.FAIL), Caught.BY_NAMED, "seen"),
        (run(Outcome.FAIL, UNMET, errors=("settle: out of time",)), Caught.BY_NAMED, "seen"),
        (run(Outcome.FAIL, guarantee="another"), Caught.BY_ANOTHER, "seen"),
        (run(Outcome.PASS, MET), Caught.SURVIVED, ""),
        (run(Outcome.PASS, UNMET), Caught.NOT_GREEN, "fault: nothing hit"),
        (run(Outcome.PASS, errors=("settle: out of time",)), Caught.NOT_GREEN, "settle: out of time"),
        (run(Outcome.UNKNOWN), Caught.NOT_GREEN, "kept is UNKNOWN: because"),
        (run(Outcome.VACUOUS), Caught.NOT_GREEN, "kept is VACUOUS: because"),
    ],
)
def test_caught_by_whom_or_not_green_and_why_or_survived(verdict: RunVerdict, caught: Caught, why: str) -> None:
    result = result_of(MUTANT, verdict)
    assert (result.caught, result.why) == (caught, why)


def test_a_line_names_the_other_guarantee() -> None:
    assert str(result_of(MUTANT, run(Outcome.FAIL, guarantee="another"))) == "caught by another (another): seen"


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ([Caught.BY_NAMED, Caught.BY_NAMED], ExitCode.PASS),
        ([Caught.BY_NAMED, Caught.SURVIVED, Caught.NOT_GREEN], ExitCode.FAIL),
        ([Caught.BY_NAMED, Caught.BY_ANOTHER], ExitCode.INCONCLUSIVE),
        ([Caught.BY_NAMED, Caught.NOT_GREEN], ExitCode.INCONCLUSIVE),
    ],
)
def test_the_exit_code_tells_them_apart(results: Sequence[Caught], code: ExitCode) -> None:
    assert exit_code(results) == code
