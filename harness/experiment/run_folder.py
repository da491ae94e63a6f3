"""The folder of a run: what was run, the history, the logs, verdict and report. A run can be judged and drawn again from it.

run.json        what is to be run: experiment, seed, requirements; written before anything is started
plan.json       the faults with their targets and triggers
system.json     facts of the running system, and how it is drawn; missing when it never ran
history.jsonl   all records, written during the run; history.<n>.jsonl those of other processes
logs/           the end of every member's log, and the engine's own errors
verdict.json, junit.xml, report.html   the verdict and the report, written again by each judging
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from harness.experiment.context import Choices
from harness.experiment.experiment import Exercised, Minimum, Sighting
from harness.experiment.plan import Plan, read_plan, written
from harness.experiment.presentation import Presentation
from harness.experiment.service_levels import Ceiling, ServiceLevel
from harness.history import History, read_run


class NotARunError(Exception):
    """The folder holds no run that could be judged; the message names what is missing."""


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """What was run, enough to judge the history without the experiment's code.

    `catches` are the known bugs that the experiment was seen to catch, by name.
    `clock_ns` is what has to be added to the history's monotonic times (ns) to get the time since the epoch.
    """

    experiment: str
    about: str
    seed: int
    started_at: datetime
    replay: str
    guarantees: tuple[str, ...]
    minimums: tuple[Minimum, ...]
    faults: tuple[str, ...]
    sightings: tuple[Sighting, ...] = ()
    levels: tuple[ServiceLevel, ...] = ()
    ceilings: tuple[Ceiling, ...] = ()
    exercised: tuple[Exercised, ...] = ()
    catches: tuple[str, ...] = ()
    system: Mapping[str, str] = field(default_factory=dict)
    choices: Choices = field(default_factory=Choices)
    clock_ns: int = 0
    presentation: Presentation = field(default_factory=Presentation)


@dataclass(frozen=True)
class _System:
    """The content of system.json."""

    facts: Mapping[str, str]
    presentation: Presentation


_RECORD = TypeAdapter(RunRecord)
_SYSTEM = TypeAdapter(_System)
_NOTHING_TOLD: Mapping[str, object] = {"system": {}, "presentation": Presentation()}


@dataclass(frozen=True)
class RunFolder:
    """Paths of a run's files."""

    path: Path

    @classmethod
    def create(cls, parent: Path, experiment: str, seed: int, now: datetime | None = None) -> "RunFolder":
        """Make `<UTC timestamp>-<experiment>-<seed>` below `parent`; a number is added when it exists."""
        stamp = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
        name = f"{stamp}-{re.sub(r'[^A-Za-z0-9_.-]', '_', experiment)}-{seed}"
        parent.mkdir(parents=True, exist_ok=True)
        for attempt in range(1, 1000):
            path = parent / (name if attempt == 1 else f"{name}-{attempt}")
            try:
                path.mkdir()
            except FileExistsError:
                continue
            return cls(path)
        raise FileExistsError(parent / name)

    @property
    def history(self) -> Path:
        """The history's file."""
        return self.path / "history.jsonl"

    @property
    def report(self) -> Path:
        """The page that shows the run."""
        return self.path / "report.html"

    @property
    def verdict(self) -> Path:
        """The verdict, for programs."""
        return self.path / "verdict.json"

    @property
    def junit(self) -> Path:
        """The verdict, for CI."""
        return self.path / "junit.xml"

    @property
    def logs(self) -> Path:
        """The folder of the ends of the logs."""
        return self.path / "logs"

    def save_plan(self, plan: Plan) -> None:
        """Write the plan."""
        (self.path / "plan.json").write_bytes(written(plan))

    def plan(self) -> Plan | None:
        """The plan of the run; None when it ended before it had one. Raises PlanError."""
        try:
            return read_plan((self.path / "plan.json").read_bytes())
        except FileNotFoundError:
            return None

    def save_record(self, record: RunRecord) -> None:
        """Write run.json."""
        unknown_yet = {name for name in ("system", "presentation") if getattr(record, name) == _NOTHING_TOLD[name]}
        (self.path / "run.json").write_bytes(_RECORD.dump_json(record, indent=2, exclude=unknown_yet) + b"\n")

    def save_system(self, system: Mapping[str, str], presentation: Presentation) -> None:
        """Write facts of the running system, and how it is drawn."""
        (self.path / "system.json").write_bytes(_SYSTEM.dump_json(_System(dict(system), presentation), indent=2) + b"\n")

    def record(self) -> RunRecord:
        """The record of run.json, with facts of system.json if that exists. Raises NotARunError."""
        try:
            record = _RECORD.validate_json((self.path / "run.json").read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            raise NotARunError(f"{self.path} is not a run: it has no run.json") from None
        except ValidationError as error:
            raise NotARunError(f"{self.path / 'run.json'}: {error.errors()[0]['msg']}") from error
        try:
            told = _SYSTEM.validate_json((self.path / "system.json").read_bytes())
        except FileNotFoundError:
            return record
        except ValidationError as error:
            raise NotARunError(f"{self.path / 'system.json'}: {error.errors()[0]['msg']}") from error
        return replace(record, system=told.facts, presentation=told.presentation)

    def read_history(self) -> History:
        """The history, as far as it was written. Raises NotARunError, CorruptHistoryError."""
        try:
            return read_run(self.path)
        except (FileNotFoundError, NotADirectoryError):
            raise NotARunError(f"{self.path} is not a run: it has no history.jsonl") from None

    def save_logs(self, logs: Mapping[str, str]) -> None:
        """Keep the ends of logs, one file per member."""
        self.logs.mkdir(exist_ok=True)
        for member, text in logs.items():
            (self.logs / f"{member}.log").write_text(text)

    def read_logs(self) -> dict[str, str]:
        """The ends of logs by member; none when none were kept."""
        return {path.stem: path.read_text(errors="replace") for path in sorted(self.logs.glob("*.log"))}
