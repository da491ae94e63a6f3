"""One run of schemathesis in this process: what its command line does, with every answer and failure told to a listener.

The configuration is the repository's own schemathesis.toml, hooks included, so that both find the same.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.engine import Status, events, from_schema
from schemathesis.engine.recorder import CheckNode, ScenarioRecorder

from harness.fuzz.finding import Finding

PART = "schemathesis"
PHASES = ("examples", "coverage", "fuzzing", "stateful")
SHOWN = 2000
"""Characters of a message that are kept."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """`document` is the URL of the OpenAPI document; `examples` how many inputs are made per operation."""

    document: str
    config: Path
    seed: int
    examples: int
    phases: Sequence[str] = PHASES


class Listener(Protocol):
    """Who wants to know."""

    @property
    def over(self) -> bool:
        """Whether the run has to end; asked after each scenario."""

    def answered(self, operation: str, status: int, parameters: Sequence[str]) -> None:
        """A request of an operation was answered."""

    def failed(self, finding: Finding, again: Callable[[], bool]) -> None:
        """A check failed; `again` sends the request once more and says whether the same check fails."""


def run(settings: Settings, listener: Listener) -> None:
    """Run to the end of all phases, or until the listener's time is over. Raises RuntimeError when schemathesis breaks off."""
    config = SchemathesisConfig.from_path(settings.config)
    config.update(seed=settings.seed, max_failures=None)
    project = config.projects.override
    project.phases.update(phases=list(settings.phases))
    project.generation.update(max_examples=settings.examples, database="none")
    project.update(continue_on_failure=True)
    schema = schemathesis.openapi.from_url(settings.document, config=config)
    stream = from_schema(schema).execute()
    errors = []
    for event in stream:
        if isinstance(event, events.ScenarioFinished):
            _tell(event.recorder, listener)
        elif isinstance(event, events.NonFatalError):
            errors.append(f"{event.label}: {event.info.format()}")
        elif isinstance(event, events.FatalError):
            raise RuntimeError("schemathesis broke off") from event.exception  # noqa: TRY004 - the event says so
        if listener.over:
            stream.stop()
    if errors and not listener.over:
        raise RuntimeError("\n".join(errors))


def _tell(recorder: ScenarioRecorder, listener: Listener) -> None:
    for case_id, interaction in recorder.interactions.items():
        case = recorder.cases[case_id].value
        if interaction.response is not None and interaction.request.method == case.operation.method.upper():
            listener.answered(case.operation.label, interaction.response.status_code, tuple(_sent(case)))
    for case_id, checks in recorder.checks.items():
        for check in checks:
            if check.status is Status.FAILURE and check.failure_info is not None:
                case = recorder.cases[case_id].value
                listener.failed(_finding(check, case), _again(case, check.failure_info.failure))


def _sent(case: "schemathesis.Case[Any]") -> Iterator[str]:
    containers = {"path": case.path_parameters, "query": case.query, "header": case.headers, "body": case.body}
    for place, container in containers.items():
        if isinstance(container, Mapping):
            yield from (f"{place} {name}" for name in container)


def _finding(check: CheckNode, case: "schemathesis.Case[Any]") -> Finding:
    told = check.failure_info
    assert told is not None  # noqa: S101 - the caller looked
    steps = tuple(step.curl for step in told.steps) or (told.code_sample,)
    message = f"{told.failure.title}: {told.failure.message}"[:SHOWN]
    return Finding(PART, check.name, case.operation.label, message, steps)


def _again(case: "schemathesis.Case[Any]", failure: Failure) -> Callable[[], bool]:
    def again() -> bool:
        try:
            case.call_and_validate()
        except FailureGroup as group:
            return any(type(each) is type(failure) for each in group.exceptions)
        return False

    return again
