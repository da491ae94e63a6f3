"""A night on record: which parts were run, what each run proved, and its figures. One line of JSON each, only appended.

A line that cannot be read (the machine died while it was written) is passed over and counted: the others are not lost.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from harness.report.verdict_file import VerdictFile, read_verdict
from harness.verdict import Outcome


@dataclass(frozen=True, kw_only=True)
class RunOfNight:
    """One run: what it proved, the line that repeats it, and its figures by name (ms, s, 1/s)."""

    experiment: str
    seed: int
    outcome: Outcome
    replay: str
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PartOfNight:
    """One command. `ended` says how: its exit code, or that it was ended after its time."""

    name: str
    command: str
    exit_code: int | None
    ended: str
    seconds: float
    runs: tuple[RunOfNight, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Night:
    """`commit` with a + when files were changed; `machine` is what figures depend on."""

    commit: str
    at: datetime
    machine: str
    seed: int
    parts: tuple[PartOfNight, ...]

    @property
    def runs(self) -> tuple[RunOfNight, ...]:
        """Those of all parts."""
        return tuple(run for part in self.parts for run in part.runs)


_NIGHT = TypeAdapter(Night)


def append(night: Night, path: Path) -> None:
    """Write a night at the end of the file, in one write. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        torn = path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
        os.write(handle, (b"\n" if torn else b"") + _NIGHT.dump_json(night) + b"\n")
    finally:
        os.close(handle)


def read(path: Path) -> tuple[list[Night], int]:
    """The nights in the order of their lines, and how many lines could not be read. Raises OSError."""
    nights, lost = [], 0
    for line in path.read_bytes().splitlines():
        try:
            nights.append(_NIGHT.validate_json(line))
        except ValidationError:
            lost += bool(line.strip())
    return nights, lost


def runs_of(folder: Path) -> tuple[RunOfNight, ...]:
    """The runs in a folder of run folders, by their verdicts; what has none (it died) is not among them."""
    found = []
    for path in sorted(folder.glob("*/verdict.json")):
        try:
            found.append(_run_of(read_verdict(path.read_bytes())))
        except (ValidationError, OSError):
            continue
    return tuple(found)


def _run_of(verdict: VerdictFile) -> RunOfNight:
    return RunOfNight(
        experiment=verdict.experiment,
        seed=verdict.seed,
        outcome=verdict.outcome,
        replay=verdict.replay,
        figures=dict(figures(verdict)),
    )


def figures(verdict: VerdictFile) -> Iterable[tuple[str, float]]:
    """What of a run can be compared over nights: rate, percentiles, CPU for each operation, and the time to recover.

    CPU-ms for each operation is the steadiest on a machine that others use, too.
    """
    measures = verdict.measures
    if measures is None:
        return
    ended = sum(each.count for each in measures.operations.values())
    if ended:
        yield "operations/s", measures.per_second
        if measures.cpu_s:
            yield "CPU-ms per operation", round(1000 * sum(measures.cpu_s.values()) / ended, 3)
    for name, each in measures.operations.items():
        yield f"{name} p95 ms", each.p95_ms
        yield f"{name} p99 ms", each.p99_ms
    if measures.recovery_s is not None:
        yield "recovery s", round(measures.recovery_s, 3)
