"""index.html beside the runs: a list of all, newest first, whatever the state of their folders.

It is made anew from the folders after each run. A folder that cannot be read is listed with the reason, never passed over.
"""

import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from pydantic import ValidationError

from harness.experiment import NotARunError, RunFolder
from harness.report.page import environment
from harness.report.tables import cut
from harness.report.verdict_file import VerdictFile, read_verdict
from harness.verdict import Outcome, RunVerdict

INDEX = "index.html"
UNFINISHED = "UNFINISHED"
UNREADABLE = "UNREADABLE"
MOST_WORDS = 240


@dataclass(frozen=True)
class IndexRow:
    """A run in the list. `outcome` is that of its verdict, or UNFINISHED, or UNREADABLE; `said` is why, in a few words."""

    name: str
    href: str
    outcome: str
    experiment: str
    said: str
    seed: int | None = None
    started_at: datetime | None = None
    seconds: float | None = None


def write_index(parent: Path) -> Path:
    """Write the list of the runs in a folder, atomically. Raises OSError."""
    path = parent / INDEX
    handle, name = tempfile.mkstemp(dir=parent, prefix=f".{INDEX}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(index(parent))
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path


def index(parent: Path, now: datetime | None = None) -> str:
    """The page that lists the runs in a folder."""
    rows = index_rows(parent)
    order = [*(outcome.value for outcome in Outcome), UNFINISHED, UNREADABLE]
    counts = {outcome: sum(row.outcome == outcome for row in rows) for outcome in order}
    return (
        environment()
        .get_template("index.html.j2")
        .render(rows=rows, counts={name: count for name, count in counts.items() if count}, now=now or datetime.now(UTC))
    )


def index_rows(parent: Path) -> list[IndexRow]:
    """The runs in a folder, newest first; unreadable folders last."""
    folders = [path for path in parent.iterdir() if path.is_dir() and not path.name.startswith(".")]
    rows = [_row(RunFolder(path)) for path in sorted(folders, key=lambda path: path.name)]
    oldest = datetime.min.replace(tzinfo=UTC)
    return sorted(rows, key=lambda row: row.started_at or oldest, reverse=True)


def few_words(verdict: VerdictFile | RunVerdict) -> str:
    """The first thing that was not as promised; for a good run, how much was promised."""
    for each in verdict.verdicts:
        if each.outcome is Outcome.FAIL:
            return cut(f"{each.guarantee}: {each.evidence[0].what if each.evidence else each.why}", MOST_WORDS)
    reasons = [
        *verdict.errors,
        *(f"{each.guarantee}: {each.why}" for each in verdict.verdicts if each.outcome is Outcome.UNKNOWN),
        *(f"not met: {each.name}: {each.detail}" for each in verdict.requirements if not each.met),
        *(f"{each.guarantee}: {each.why}" for each in verdict.verdicts if each.outcome is Outcome.VACUOUS),
    ]
    return cut(reasons[0], MOST_WORDS) if reasons else f"{len(verdict.verdicts)} promises kept"


def _row(folder: RunFolder) -> IndexRow:
    name = folder.path.name
    href = quote(f"{name}/{folder.report.name}") if folder.report.exists() else quote(f"{name}/")
    try:
        verdict = read_verdict(folder.verdict.read_bytes())
    except FileNotFoundError:
        return _unfinished(folder, href)
    except ValidationError as error:
        return IndexRow(name, href, UNREADABLE, name, cut(f"verdict.json: {error.errors()[0]['msg']}", MOST_WORDS))
    except OSError as error:
        return IndexRow(name, href, UNREADABLE, name, f"verdict.json: {error.strerror}")
    return IndexRow(
        name=name,
        href=href,
        outcome=verdict.outcome.value,
        experiment=verdict.experiment,
        said=f"with the bug {verdict.mutant}: {few_words(verdict)}" if verdict.mutant else few_words(verdict),
        seed=verdict.seed,
        started_at=_zoned(verdict.started_at),
        seconds=verdict.seconds,
    )


def _unfinished(folder: RunFolder, href: str) -> IndexRow:
    name = folder.path.name
    try:
        facts = folder.record()
    except NotARunError as error:
        said = str(error).removeprefix(f"{folder.path / 'run.json'}: ").removeprefix(f"{folder.path} is ")
        return IndexRow(name, href, UNREADABLE, name, cut(said, MOST_WORDS))
    except OSError as error:
        return IndexRow(name, href, UNREADABLE, name, f"run.json: {error.strerror}")
    said = "no verdict: it still runs, or whoever ran it was killed; `gauntlet judge` judges what is there"
    return IndexRow(name, href, UNFINISHED, facts.experiment, said, facts.seed, _zoned(facts.started_at))


def _zoned(when: datetime) -> datetime:
    return when if when.tzinfo else when.replace(tzinfo=UTC)
