"""A survivor is told from a mutant of which nothing was proved."""

from collections.abc import Sequence

import pytest

from harness.cli.mutants import Result, exit_code, result_of
from harness.exit_codes import ExitCode
from harness.verdict import Outcome, Requirement, RunVerdict, Verdict
from tests.unit.harness.mutants.test_mutants import mutant

MUTANT = mutant()

MET, UNMET = Requirement(name="fault", met=True), Requirement(name="fault", met=False)


def run(
    outcome: Outcome, *requirements: Requirement, guarantee: str = MUTANT.guarantee, errors: tuple[str, ...] = ()
) -> RunVerdict:
    verdict = Verdict(guarantee=guarantee, outcome=outcome, promise="p")
    return RunVerdict(experiment="e", seed=1, verdicts=(verdict,), requirements=requirements, errors=errors)


@pytest.mark.parametrize(
    ("verdict", "result"),
    [
        (run(Outcome.FAIL), Result.CAUGHT),
        (run(Outcome.FAIL, UNMET, errors=("settle: out of time",)), Result.CAUGHT),
        (run(Outcome.PASS, MET), Result.SURVIVED),
        (run(Outcome.PASS, UNMET), Result.INCONCLUSIVE),
        (run(Outcome.PASS, errors=("settle: out of time",)), Result.INCONCLUSIVE),
        (run(Outcome.UNKNOWN), Result.INCONCLUSIVE),
        (run(Outcome.VACUOUS), Result.INCONCLUSIVE),
        (run(Outcome.FAIL, guarantee="another"), Result.INCONCLUSIVE),
    ],
)
def test_a_mutant_is_caught_or_survives_or_nothing_is_known(verdict: RunVerdict, result: Result) -> None:
    assert result_of(MUTANT, verdict) is result


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ([Result.CAUGHT, Result.CAUGHT], ExitCode.PASS),
        ([Result.CAUGHT, Result.SURVIVED, Result.INCONCLUSIVE], ExitCode.FAIL),
        ([Result.CAUGHT, Result.INCONCLUSIVE], ExitCode.INCONCLUSIVE),
    ],
)
def test_the_exit_code_tells_them_apart(results: Sequence[Result], code: ExitCode) -> None:
    assert exit_code(results) == code
