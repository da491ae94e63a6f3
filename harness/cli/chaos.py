"""gauntlet chaos: run experiments against a system started for them, and list the installed ones."""

import fnmatch
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from harness import report
from harness.cli.console import err, out, refuse
from harness.cli.execution import RUNS, Execution, judges_of, require_folder
from harness.cli.options import AsJson, ProxyName, stack_folder
from harness.experiment import Choices, Experiment, Plan, PlanError, read_plan
from harness.mutants import MutantError
from harness.registry import RegistryError, UnknownNameError, experiments, find, mutants, runnable
from harness.seed import Seed
from harness.stack.attach import attach
from harness.stack.errors import StackError
from harness.stack.providers import AUTO, PROVIDERS
from harness.system import choose_placement, grouped

MOST_TIMES = 1000
PATTERN = frozenset("*?[")
"""What makes a pattern of a name."""

chaos = typer.Typer(
    help="Run experiments: a workload, faults, and the promises that must hold all the same.", no_args_is_help=True
)


@chaos.command("run")
def run_experiments(
    names: Annotated[
        list[str] | None, typer.Argument(help="Their names, or patterns such as 'saga_*'; see `gauntlet chaos list`.")
    ] = None,
    default: Annotated[bool, typer.Option("--default", help="Run the default experiments, one after the other.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Run every experiment, one after the other.")] = False,
    seed: Annotated[str | None, typer.Option(help="The seed of an earlier run; default: a fresh one.")] = None,
    out_folder: Annotated[Path, typer.Option("--out", help="Where run folders are made.")] = RUNS,
    provider: Annotated[str, typer.Option(help=f"Where servers come from: {', '.join((AUTO, *PROVIDERS))}.")] = AUTO,
    topology: Annotated[
        Path | None, typer.Option(help="The services.toml of another build of the system, e.g. of a copy with a planted bug.")
    ] = None,
    proxy: ProxyName = "",
    stack: Annotated[
        str, typer.Option("--stack-reuse", help="Use the stack of this name that runs already, instead of one of its own.")
    ] = "",
    plan_file: Annotated[
        Path | None,
        typer.Option("--plan", help="Do the faults of this file (a run's plan.json) to one experiment, not those of its seed."),
    ] = None,
    repeat: Annotated[
        int, typer.Option(min=1, max=MOST_TIMES, help="Run all of them so often, each time with another seed.")
    ] = 1,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="End with the first run that is not green.")] = False,
    until_fail: Annotated[
        bool, typer.Option("--until-fail", help=f"Repeat until a run is not green, {MOST_TIMES} times at most.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run experiments and judge them.

    Exit code 0: every promise kept; 1: one was broken; 2: wrong use; 3: nothing was proved; 4: trouble of tool or machine.
    """
    try:
        chosen = _chosen(names or [], default=default, everything=everything)
        known = judges_of(chosen)
        plan = _plan(plan_file, chosen) if plan_file is not None else None
        bugs = {name: tuple(each.name for each in mutants().values() if each.experiment == name) for name in chosen}
        first = Seed.parse(seed) if seed is not None else Seed.fresh()
        require_folder(out_folder)
        reused = attach(stack_folder(stack)).folder if stack else None
        placement = choose_placement(provider, proxy, proxied=True)
        err.print(Text(placement.provider_told))
        choices = Choices(
            placement.provider.name,
            topology.resolve() if topology is not None else None,
            placement.proxy,
            reused,
            environment=placement.environment,
        )
    except (UnknownNameError, RegistryError, MutantError, StackError, NotADirectoryError, PlanError, ValueError) as error:
        refuse(error)
    execution = Execution(out_folder, known, choices, as_json, plan, bugs=bugs)
    execution.run_all(
        list(grouped(chosen.values()) if everything else chosen.values()),
        first,
        times=MOST_TIMES if until_fail else repeat,
        fail_fast=fail_fast or until_fail,
    )
    raise typer.Exit(execution.exit_code)


@chaos.command("list")
def list_experiments(as_json: AsJson = False) -> None:
    """Show the experiments that are installed, with their faults and guarantees."""
    try:
        known = experiments()
    except (RegistryError, ImportError) as error:
        refuse(error)
    if as_json:
        content = [_described(each) for each in known.values()]
        out.print(json.dumps(content, indent=2), markup=False)
        return
    for each in known.values():
        out.print(Text.assemble((each.name, "bold"), "  (default)" if each.default else ""))
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 2))
        table.add_row("about", Text(each.about))
        table.add_row("faults", Text("\n".join(f"{plan.name}, when {plan.inject}" for plan in each.faults) or "none"))
        table.add_row("promises", Text(", ".join(each.guarantees)))
        out.print(table)


@chaos.command("index")
def write_the_index(
    runs: Annotated[Path, typer.Argument(help="The folder that holds the run folders.")] = RUNS,
) -> None:
    """Write the page that lists all runs of a folder anew; each run does so by itself."""
    try:
        out.print(Text(str(report.write_index(runs))))
    except OSError as error:
        refuse(error)


def _chosen(names: list[str], *, default: bool, everything: bool) -> Mapping[str, Experiment[Any]]:
    known = runnable() if names else experiments()
    if bool(names) + default + everything != 1:
        raise UnknownNameError(f"name experiments, or say --default or --all; there is {', '.join(sorted(known))}")
    if names:
        return {name: known[name] for asked in names for name in _matching(asked, known)}
    return {name: each for name, each in known.items() if everything or each.default}


def _matching(asked: str, known: Mapping[str, Experiment[Any]]) -> list[str]:
    """The names that are asked for: one, or those that a pattern fits. Raises UnknownNameError."""
    if not {*asked} & PATTERN:
        return [find(asked, known, "experiment").name]
    if found := fnmatch.filter(known, asked):
        return found
    raise UnknownNameError(f"no experiment fits {asked}; `gauntlet chaos list` shows them")


def _plan(file: Path, chosen: Mapping[str, Experiment[Any]]) -> Plan:
    if len(chosen) != 1:
        raise PlanError("--plan goes with the name of one experiment")
    try:
        return read_plan(file.read_bytes())
    except OSError as error:
        raise PlanError(f"{file}: {error.strerror}") from error
    except PlanError as error:
        raise PlanError(f"{file}: {error}") from error


def _described(experiment: Experiment[Any]) -> dict[str, object]:
    return {
        "name": experiment.name,
        "about": experiment.about,
        "default": experiment.default,
        "faults": [plan.name for plan in experiment.faults],
        "guarantees": list(experiment.guarantees),
    }
