"""verdict.json: the verdict for programs. Its fields are API; new ones may be added."""

from datetime import datetime

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from harness.experiment import RunRecord
from harness.report.measures import NOTHING, Measures
from harness.verdict import Outcome, Requirement, RunVerdict, Verdict


@dataclass(frozen=True, kw_only=True)
class VerdictFile:
    """The content of verdict.json. `seconds` is how long the run took, `measures` are for trends; None in older files.

    `mutant` is the known bug that was planted, "" for none.
    """

    experiment: str
    seed: int
    started_at: datetime
    outcome: Outcome
    exit_code: int
    replay: str
    verdicts: tuple[Verdict, ...]
    requirements: tuple[Requirement, ...]
    errors: tuple[str, ...]
    seconds: float | None = None
    mutant: str = ""
    measures: Measures | None = None


_FILE = TypeAdapter(VerdictFile)


def verdict_json(facts: RunRecord, verdict: RunVerdict, measures: Measures = NOTHING) -> bytes:
    """The verdict of a run as JSON."""
    content = VerdictFile(
        experiment=verdict.experiment,
        seed=verdict.seed,
        started_at=facts.started_at,
        outcome=verdict.outcome,
        exit_code=verdict.outcome.exit_code,
        replay=facts.replay,
        verdicts=verdict.verdicts,
        requirements=verdict.requirements,
        errors=verdict.errors,
        seconds=measures.seconds,
        measures=measures,
        mutant=facts.choices.mutant,
    )
    return _FILE.dump_json(content, indent=2) + b"\n"


def read_verdict(content: bytes) -> VerdictFile:
    """The content of a verdict.json. Raises pydantic.ValidationError."""
    return _FILE.validate_json(content)
