"""A run on a terminal: its progress, then its verdict."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.experiment import JudgedRun, RunFolder
from harness.history import Completion, Fault, FaultPhase, Record, Stage
from harness.report.index import few_words
from harness.verdict import SEVERITY, Outcome, RunVerdict

STYLES = {Outcome.PASS: "bold green", Outcome.FAIL: "bold red"}
PROVED_NOTHING = "bold yellow"
MOST_EVIDENCE = 5

_SAID = {
    FaultPhase.INJECT: ("⚡", "red"),
    FaultPhase.PROOF: (" ", "dim"),
    FaultPhase.HEAL: ("+", "green"),
    FaultPhase.ERROR: ("!", "bold red"),
}


class Narrator:
    """Prints records as they are made, a line per stage and fault."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._begun_ns: dict[str, int] = {}
        self._ended = 0

    def hear(self, record: Record) -> None:
        """Print a record; the listener of a run."""
        if isinstance(record, Completion):
            self._ended += 1
        elif isinstance(record, Stage):
            self._stage(record)
        elif isinstance(record, Fault):
            mark, style = _SAID[record.phase]
            self._say(f"  {mark} {record.fault} on {record.target}: {record.phase} {record.detail}".rstrip(), style)

    def note(self, text: str) -> None:
        """Print a line of text."""
        self._say(f"    {text}", "dim")

    def _stage(self, record: Stage) -> None:
        if record.state == "begin":
            self._begun_ns[record.stage] = record.time_ns
            self._ended = 0
            self._say(f"• {record.stage}", "")
            return
        seconds = (record.time_ns - self._begun_ns.get(record.stage, record.time_ns)) / 1e9
        done = f", {self._ended} operations" if self._ended else ""
        if record.state == "fail":
            self._say(f"✗ {record.stage} after {seconds:.1f} s{done}: {record.detail}", "bold red")
        else:
            self._say(f"✓ {record.stage} {seconds:.1f} s{done}", "green")

    def _say(self, text: str, style: str) -> None:
        self._console.print(Text(text, style=style))


def print_verdict(console: Console, run: JudgedRun) -> None:
    """Print the verdict, its reasons, the command to repeat the run, and the report's path."""
    verdict = run.verdict
    console.print()
    console.print(_table(verdict))
    for requirement in verdict.requirements:
        if not requirement.met:
            console.print(Text(f"not met: {requirement.name}: {requirement.detail}", style=PROVED_NOTHING))
    for error in verdict.errors:
        console.print(Text(f"the run broke: {error}", style=PROVED_NOTHING))
    for each in verdict.verdicts:
        for violation in each.evidence[:MOST_EVIDENCE]:
            console.print(Text(f"{each.guarantee}: {violation.what}", style="red"))
            if script := violation.facts.get("script"):
                console.print(Text(f"    shown again by {_near(run.folder.path / str(script))}", style="dim"))
        if (more := len(each.evidence) - MOST_EVIDENCE) > 0:
            console.print(Text(f"{each.guarantee}: {more} more violations", style="red"))
    console.print()
    console.print(Text.assemble("verdict  ", (verdict.outcome.value, _style(verdict.outcome)), f"  seed {verdict.seed}"))
    if not verdict.outcome.green:
        console.print(Text(f"replay   {run.facts.replay}"))
    console.print(Text(f"report   {_near(run.folder.report)}"))


def print_summary(console: Console, concluded: Sequence[tuple[RunFolder, RunVerdict]], left: Sequence[str] = ()) -> None:
    """Several runs in a table, worst first; `left` are the experiments that were not run after an interruption."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("experiment", "verdict", "what was not as promised", "report"):
        table.add_column(column, overflow="fold")
    for folder, verdict in sorted(concluded, key=lambda pair: SEVERITY.index(pair[1].outcome)):
        words = "" if verdict.outcome.green else few_words(verdict)
        outcome = Text(verdict.outcome.value, style=_style(verdict.outcome))
        table.add_row(Text(verdict.experiment), outcome, Text(words), Text(str(_near(folder.report))))
    for name, times in Counter(left).items():
        table.add_row(Text(name), Text("not run", style="dim"), Text(f"{times} times" if times > 1 else ""), Text(""))
    counts = Counter(verdict.outcome for _, verdict in concluded)
    said = [(f"{counts[outcome]} {outcome.value}  ", _style(outcome)) for outcome in reversed(SEVERITY) if counts[outcome]]
    console.print()
    console.print(table)
    console.print()
    console.print(Text.assemble(f"{len(concluded)} runs  ", *said, f"{len(left)} not run" if left else ""))


def _table(verdict: RunVerdict) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("guarantee", "verdict", "judged", ""):
        table.add_column(column, justify="right" if column == "judged" else "left")
    for each in verdict.verdicts:
        judged = str(each.counts.get("judged", "")) if each.counts else ""
        outcome = Text(each.outcome.value, style=_style(each.outcome))
        table.add_row(Text(each.guarantee), outcome, judged, Text(each.why or each.promise))
    return table


def _style(outcome: Outcome) -> str:
    return STYLES.get(outcome, PROVED_NOTHING)


def _near(path: Path) -> Path:
    """The path relative to the working directory when below it."""
    absolute = path.resolve()
    return absolute.relative_to(Path.cwd()) if absolute.is_relative_to(Path.cwd()) else absolute
