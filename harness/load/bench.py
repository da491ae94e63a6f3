"""A bench of a system: load profiles one after the other on one stack, and beside them the limits of the system's parts.

    [project.entry-points."gauntlet.benches"]
    shop = "chaos.load.bench:BENCH"

Each entry is a command, `gauntlet bench NAME`. Absolute figures of a day mean little: within one run they can be compared with
the limits, and with those of another build, as ratios.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from harness.experiment import Experiment, RunFolder, Subject
from harness.history import History
from harness.load.profile import LoadProfile
from harness.report.verdict_file import VerdictFile, read_verdict
from harness.verdict import Outcome

S = TypeVar("S", bound=Subject)

PART = "bench_part"
"""The event of a part that was measured alone: `count` in `seconds`, with `cpu_ms` for each."""


class UnknownScenarioError(LookupError):
    """There is no scenario of that name; the message says which there are."""


@dataclass(frozen=True, kw_only=True)
class Scenario(Generic[S]):
    """A profile, and the operation whose rate and latency it is about."""

    name: str
    profile: LoadProfile[S]
    operation: str


@dataclass(frozen=True, kw_only=True)
class Bench(Generic[S]):
    """`parts` is an experiment that records a PART event for each part of the system that is measured alone."""

    about: str
    scenarios: tuple[Scenario[S], ...]
    parts: Experiment[S]

    def experiments(self, names: Sequence[str] = ()) -> tuple[Experiment[Any], ...]:
        """What is run, in this order; of the scenarios only those named, if any are. Raises UnknownScenarioError."""
        known = [each.name for each in self.scenarios]
        if unknown := [name for name in names if name not in known]:
            raise UnknownScenarioError(f"there is no scenario {', '.join(unknown)}; there is {', '.join(known)}")
        chosen = [each for each in self.scenarios if not names or each.name in names]
        return (*(each.profile.experiment() for each in chosen), self.parts)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A scenario: operations per second and their latencies (ms); CPU-ms for each operation, and by process, above 1 %."""

    name: str
    outcome: Outcome
    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    cpu_ms: float
    cpu_ms_by_process: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A part alone: how many a second, and CPU-ms for each, of both sides and the server."""

    name: str
    per_second: float
    cpu_ms: float


def figure(scenario: Scenario[Any], verdict: VerdictFile, history: History) -> Figure | None:
    """What a run of a scenario measured; None when it did none of its operations.

    The rate is that from the first of them to the last: a generator takes seconds to start.
    """
    measures = verdict.measures
    if measures is None or scenario.operation not in measures.operations:
        return None
    measured = measures.operations[scenario.operation]
    done = [(each.invoked_ns, each.completed_ns) for each in history.named(scenario.operation) if each.completed_ns]
    seconds = (max(end for _, end in done) - min(begin for begin, _ in done)) / 1e9
    each_ms = {member: 1000 * seconds / measured.count for member, seconds in measures.cpu_s.items()}
    total_ms = sum(each_ms.values())
    return Figure(
        name=scenario.name,
        outcome=verdict.outcome,
        per_second=round(len(done) / seconds, 1),
        p50_ms=measured.p50_ms,
        p95_ms=measured.p95_ms,
        p99_ms=measured.p99_ms,
        cpu_ms=round(total_ms, 3),
        cpu_ms_by_process={name: round(ms, 3) for name, ms in sorted(each_ms.items()) if ms > 0.01 * total_ms},
    )


def figures(bench: Bench[Any], folders: Sequence[RunFolder]) -> tuple[list[Figure], list[Limit]]:
    """What the runs of a bench measured. Raises OSError, pydantic.ValidationError, NotARunError, CorruptHistoryError."""
    by_experiment = {scenario.profile.experiment().name: scenario for scenario in bench.scenarios}
    found: list[Figure] = []
    limits: list[Limit] = []
    for folder in folders:
        verdict = read_verdict(folder.verdict.read_bytes())
        if scenario := by_experiment.get(verdict.experiment):
            found += [measured] if (measured := figure(scenario, verdict, folder.read_history())) else []
        else:
            limits += _limits(folder)
    return found, limits


def _limits(folder: RunFolder) -> list[Limit]:
    events = [event for event in folder.read_history().events if event.event == PART]
    return [
        Limit(
            name=event.subject,
            per_second=round(float(str(event.detail["count"])) / float(str(event.detail["seconds"])), 1),
            cpu_ms=round(float(str(event.detail["cpu_ms"])), 3),
        )
        for event in events
    ]
