"""What became of a mutant: caught by the guarantee it names, caught by another, not green for a reason, or it survived.

A harness that is red with a bug has seen that something is wrong; only a guarantee that fails says what.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from harness.exit_codes import ExitCode
from harness.mutants.mutant import Mutant
from harness.verdict import Outcome, RunVerdict


class Caught(StrEnum):
    """The kinds of results."""

    BY_NAMED = "caught by the guarantee named"
    BY_ANOTHER = "caught by another"
    NOT_GREEN = "not green"
    """No guarantee failed, yet the run did not pass: something broke down, or nothing was proved."""
    SURVIVED = "SURVIVED"

    @property
    def caught(self) -> bool:
        """Whether a guarantee failed."""
        return self in (Caught.BY_NAMED, Caught.BY_ANOTHER)


@dataclass(frozen=True, kw_only=True)
class MutantResult:
    """The result of one run of one mutant. `failed` are the guarantees that failed; `why` is one sentence of evidence."""

    mutant: str
    detector: str
    guarantee: str
    seed: int
    caught: Caught
    failed: tuple[str, ...] = ()
    why: str = ""

    def __str__(self) -> str:
        """One line, for people."""
        by = f" ({', '.join(self.failed)})" if self.caught is Caught.BY_ANOTHER else ""
        why = f": {self.why}" if self.why else ""
        return f"{self.caught}{by}{why}"


def result_of(mutant: Mutant, verdict: RunVerdict) -> MutantResult:
    """A guarantee that held in a run whose faults did nothing, or that broke down, has not been put to the test."""
    failed = tuple(each for each in verdict.verdicts if each.outcome is Outcome.FAIL)
    named = [each for each in failed if each.guarantee == mutant.guarantee]
    if failed:
        caught = Caught.BY_NAMED if named else Caught.BY_ANOTHER
        why = next((each.evidence[0].what for each in (*named, *failed) if each.evidence), "")
    elif verdict.outcome is Outcome.PASS:
        caught, why = Caught.SURVIVED, ""
    else:
        caught, why = Caught.NOT_GREEN, _why_not_green(verdict)
    return MutantResult(
        mutant=mutant.name,
        detector=mutant.detector,
        guarantee=mutant.guarantee,
        seed=verdict.seed,
        caught=caught,
        failed=tuple(each.guarantee for each in failed),
        why=why,
    )


def _why_not_green(verdict: RunVerdict) -> str:
    """The first of: an error of the run, a requirement that was not met, a guarantee that could not be judged."""
    unmet = (f"{each.name}: {each.detail}" for each in verdict.requirements if not each.met)
    unjudged = (f"{each.guarantee} is {each.outcome}: {each.why}" for each in verdict.verdicts if not each.outcome.green)
    return next(chain(verdict.errors, unmet, unjudged), "nothing was judged")


def exit_code(results: Iterable[Caught]) -> ExitCode:
    """Of several mutants: a survivor is worse than one that was not caught by the guarantee it names."""
    found = set(results)
    if Caught.SURVIVED in found:
        return ExitCode.FAIL
    return ExitCode.PASS if found <= {Caught.BY_NAMED} else ExitCode.INCONCLUSIVE
