"""Does one run from the command line: tells its story while it goes on, reports it, and treats SIGTERM like Ctrl-C."""

import asyncio
import json
import signal
from collections import deque
from collections.abc import Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer
from rich.text import Text

from harness import report
from harness.cli.console import Code, err, out
from harness.experiment import Choices, Experiment, RunFolder, run
from harness.registry import find, guarantees
from harness.report.console import Narrator, print_summary, print_verdict
from harness.seed import Seed
from harness.verdict import Guarantee, RunVerdict

RUNS = Path(".gauntlet") / "runs"


@dataclass(frozen=True)
class Execution:
    """How runs are done: where their folders go, who judges, what was chosen, what goes to stdout, and what came of them."""

    parent: Path
    known: Mapping[str, Guarantee]
    choices: Choices
    as_json: bool = False
    concluded: list[tuple[RunFolder, RunVerdict]] = field(default_factory=list)

    def run(self, experiment: Experiment[Any], seed: Seed) -> RunVerdict:
        """Run an experiment to its verdict. Raises typer.Exit when it was interrupted; it is healed and reported then."""
        folder = RunFolder.create(self.parent, experiment.name, seed.value)
        narrator = Narrator(err)
        err.print(Text(f"{experiment.name}, seed {seed}, in {folder.path}"))
        work = run(
            experiment,
            seed,
            folder,
            self.known,
            conclude=self._conclude,
            listener=narrator.hear,
            note=narrator.note,
            choices=self.choices,
        )
        try:
            return asyncio.run(_until_told_to_stop(work))
        except (KeyboardInterrupt, asyncio.CancelledError) as error:
            raise typer.Exit(Code.INTERRUPTED) from error

    def run_all(self, experiments: Iterable[Experiment[Any]], seed: Seed) -> list[RunVerdict]:
        """Run experiments one after the other, and sum up when there are several, also what was done before an interruption."""
        waiting = deque(experiments)
        several = len(waiting) > 1
        try:
            while waiting:
                self.run(waiting.popleft(), seed)
        finally:
            if several:
                print_summary(err if self.as_json else out, self.concluded, [each.name for each in waiting])
                (self.parent / "junit.xml").write_bytes(report.junit_of_all(folder for folder, _ in self.concluded))
        return [verdict for _, verdict in self.concluded]

    def _conclude(self, folder: RunFolder, verdict: RunVerdict) -> None:
        self.concluded.append((folder, verdict))
        report.write(folder, verdict)
        report.write_index(self.parent)
        print_verdict(err if self.as_json else out, folder.facts(), folder, verdict)
        if self.as_json:
            content = json.loads(folder.verdict.read_bytes()) | {"folder": str(folder.path.resolve())}
            out.print(json.dumps(content), markup=False)


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
