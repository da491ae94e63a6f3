"""Runs from the command line: prints progress, writes the report, treats SIGTERM like Ctrl-C."""

import asyncio
import json
import signal
import tempfile
from collections import deque
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer
from rich.text import Text

from harness import report
from harness.cli.console import err, out, print_error
from harness.exit_codes import ExitCode
from harness.experiment import Choices, Experiment, JudgedRun, Plan, RunFolder
from harness.experiment import run as run_experiment
from harness.registry import find, guarantees
from harness.report.console import Narrator, print_summary, print_verdict
from harness.seed import Seed
from harness.system import stacks_kept
from harness.verdict import Guarantee, Outcome, RunVerdict, overall

RUNS = Path(".gauntlet") / "runs"


@dataclass(frozen=True)
class Execution:
    """The settings of runs (parent folder, guarantees, choices, output), and their verdicts.

    `bugs` are the known bugs that each experiment was seen to catch. `as_json`: verdicts are printed as JSON, or not at all
    when `quiet`.
    """

    parent: Path
    known: Mapping[str, Guarantee]
    choices: Choices
    as_json: bool = False
    plan: Plan | None = None
    quiet: bool = False
    bugs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    concluded: list[tuple[RunFolder, RunVerdict]] = field(default_factory=list)
    unwritten: list[OSError] = field(default_factory=list)

    @property
    def exit_code(self) -> ExitCode:
        """The exit code over all runs: a broken promise first, then a report that could not be written."""
        outcome = overall(verdict.outcome for _, verdict in self.concluded)
        return ExitCode.TROUBLE if self.unwritten and outcome is not Outcome.FAIL else outcome.exit_code

    def run(self, experiment: Experiment[Any], seed: Seed) -> RunVerdict:
        """Run an experiment to its verdict. Raises typer.Exit when interrupted, after healing and reporting."""
        folder = RunFolder.create(self.parent, experiment.name, seed.value)
        narrator = Narrator(err)
        err.print(Text(f"{experiment.name}, seed {seed}, in {folder.path}"))
        work = run_experiment(
            experiment,
            seed,
            folder,
            self.known,
            conclude=self._conclude,
            listener=narrator.hear,
            note=narrator.note,
            choices=self.choices,
            plan=self.plan,
            catches=self.bugs.get(experiment.name, ()),
        )
        try:
            return asyncio.run(_until_told_to_stop(work))
        except (KeyboardInterrupt, asyncio.CancelledError) as error:
            raise typer.Exit(ExitCode.INTERRUPTED) from error

    def run_all(
        self, experiments: Sequence[Experiment[Any]], seed: Seed, *, times: int = 1, fail_fast: bool = False
    ) -> list[RunVerdict]:
        """Run experiments in sequence, with a summary when there are several, also after an interruption.

        Consecutive ones that need the same stack share it; a single one has its stack in its run folder. All of them are run
        so many `times`, each time with a seed that follows from the first one's; with `fail_fast` none after one that is not
        green.
        """
        turns = [seed, *(seed.child("again", turn) for turn in range(1, times))]
        waiting = deque((each, turn) for turn in turns for each in experiments)
        several = len(waiting) > 1
        try:
            with stacks_kept() if several else nullcontext():
                while waiting:
                    verdict = self.run(*waiting.popleft())
                    if fail_fast and not verdict.outcome.green:
                        break
        finally:
            if several:
                print_summary(err if self.as_json else out, self.concluded, [each.name for each, _ in waiting])
                (self.parent / "junit.xml").write_bytes(report.junit_of_all(folder for folder, _ in self.concluded))
        return [verdict for _, verdict in self.concluded]

    def _conclude(self, run: JudgedRun) -> None:
        self.concluded.append((run.folder, run.verdict))
        if error := conclude(run, as_json=self.as_json, quiet=self.quiet):
            self.unwritten.append(error)
            return
        report.write_index(self.parent)


def conclude(run: JudgedRun, *, as_json: bool, quiet: bool = False) -> OSError | None:
    """Write the report and print the verdict. Returns why the report could not be written, "" when it was."""
    unwritten: OSError | None = None
    try:
        report.write(run)
    except OSError as error:
        unwritten = error
    print_verdict(err if as_json else out, run)
    if as_json and not quiet:
        written = run.folder.verdict.read_bytes() if unwritten is None else report.verdict_of(run)
        content = json.loads(written) | {"folder": str(run.folder.path.resolve())}
        out.print(json.dumps(content), markup=False)
    if unwritten is not None:
        print_error(f"the verdict stands, but its report could not be written: {unwritten}")
    return unwritten


def require_folder(parent: Path) -> None:
    """Make the folder that runs go into, before anything is started. Raises OSError; NotADirectoryError for a file."""
    try:
        parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise NotADirectoryError(f"--out {parent} cannot be a folder: there is a file of that name on the way") from error
    with tempfile.TemporaryFile(dir=parent):
        pass


def judges_of(experiments: Mapping[str, Experiment[Any]]) -> dict[str, Guarantee]:
    """Every installed guarantee, once all that these experiments name are there. Raises UnknownNameError, RegistryError."""
    known = guarantees()
    for each in experiments.values():
        for name in each.guarantees:
            find(name, known, "guarantee")
    return known


async def _until_told_to_stop(work: Coroutine[Any, Any, RunVerdict]) -> RunVerdict:
    task = asyncio.ensure_future(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task
