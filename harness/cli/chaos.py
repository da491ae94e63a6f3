"""gauntlet chaos: run experiments against a system that is started for them, and list those that there are."""

import asyncio
import json
import signal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from harness import report
from harness.cli.console import Code, complain, err, out
from harness.cli.options import AsJson
from harness.experiment import Choices, Experiment, RunFolder, run
from harness.registry import RegistryError, UnknownNameError, experiments, find, guarantees
from harness.report.console import Narrator, print_verdict
from harness.seed import Seed
from harness.stack.errors import StackError
from harness.stack.providers import AUTO, PROVIDERS, choose
from harness.verdict import Guarantee, Outcome, RunVerdict, overall

RUNS = Path(".gauntlet") / "runs"

chaos = typer.Typer(
    help="Run experiments: a workload, faults, and the promises that must hold all the same.", no_args_is_help=True
)


@chaos.command("run")
def run_experiments(
    experiment: Annotated[str | None, typer.Argument(help="Its name; see `gauntlet chaos list`.")] = None,
    default: Annotated[bool, typer.Option("--default", help="Run the default experiments, one after the other.")] = False,
    seed: Annotated[str | None, typer.Option(help="The seed of an earlier run; default: a fresh one.")] = None,
    out_folder: Annotated[Path, typer.Option("--out", help="Where run folders are made.")] = RUNS,
    provider: Annotated[str, typer.Option(help=f"Where servers come from: {', '.join((AUTO, *PROVIDERS))}.")] = AUTO,
    topology: Annotated[
        Path | None, typer.Option(help="The services.toml of another build of the system, e.g. of a copy with a planted bug.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run an experiment and judge it. Exit code 0: every promise kept; 1: one was broken; 2: nothing was proved."""
    try:
        chosen = _chosen(experiment, default=default)
        known = guarantees()
        for each in chosen:
            for name in each.guarantees:
                find(name, known, "guarantee")
        first = Seed.parse(seed) if seed is not None else Seed.fresh()
        choose(provider)
        choices = Choices(provider, topology.resolve() if topology is not None else None)
    except (UnknownNameError, RegistryError, StackError, ValueError) as error:
        complain(error)
        raise typer.Exit(Code.USAGE) from error
    outcomes = [_run_one(each, first, out_folder, known, choices, as_json=as_json) for each in chosen]
    raise typer.Exit(overall(outcomes).exit_code)


@chaos.command("list")
def list_experiments(as_json: AsJson = False) -> None:
    """Show the experiments that are installed, with their faults and guarantees."""
    known = experiments()
    if as_json:
        content = [_described(each) for each in known.values()]
        out.print(json.dumps(content, indent=2), markup=False)
        return
    for each in known.values():
        out.print(Text.assemble((each.name, "bold"), "  (default)" if each.default else ""))
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 2))
        table.add_row("about", Text(each.about))
        table.add_row("faults", Text(", ".join(plan.name for plan in each.faults) or "none"))
        table.add_row("promises", Text(", ".join(each.guarantees)))
        out.print(table)


def _chosen(experiment: str | None, *, default: bool) -> list[Experiment[Any]]:
    known = experiments()
    if default == (experiment is not None):
        raise UnknownNameError(f"name one experiment or say --default; there is {', '.join(sorted(known))}")
    if experiment is not None:
        return [find(experiment, known, "experiment")]
    return [each for each in known.values() if each.default]


def _run_one(
    experiment: Experiment[Any], seed: Seed, parent: Path, known: dict[str, Guarantee], choices: Choices, *, as_json: bool
) -> Outcome:
    folder = RunFolder.create(parent, experiment.name, seed.value)
    narrator = Narrator(err)
    err.print(Text(f"{experiment.name}, seed {seed}, in {folder.path}"))

    def conclude(folder: RunFolder, verdict: RunVerdict) -> None:
        report.write(folder, verdict)
        print_verdict(err if as_json else out, folder.facts(), folder, verdict)
        if as_json:
            content = json.loads(folder.verdict.read_bytes()) | {"folder": str(folder.path.resolve())}
            out.print(json.dumps(content), markup=False)

    work = run(experiment, seed, folder, known, conclude=conclude, listener=narrator.hear, note=narrator.note, choices=choices)
    try:
        verdict = asyncio.run(_until_told_to_stop(work))
    except (KeyboardInterrupt, asyncio.CancelledError) as error:
        raise typer.Exit(Code.INTERRUPTED) from error
    return verdict.outcome


async def _until_told_to_stop(work: Any) -> RunVerdict:
    """Treat SIGTERM like Ctrl-C: heal, stop and report, then end."""
    task: asyncio.Task[RunVerdict] = asyncio.ensure_future(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task


def _described(experiment: Experiment[Any]) -> dict[str, object]:
    return {
        "name": experiment.name,
        "about": experiment.about,
        "default": experiment.default,
        "faults": [plan.name for plan in experiment.faults],
        "guarantees": list(experiment.guarantees),
    }
