"""gauntlet mutants: plant known bugs in a copy of the system and see that the harness catches every one of them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from harness.cli.console import Code, complain, err, out
from harness.cli.execution import RUNS, Execution, judges_of
from harness.cli.options import AsJson
from harness.experiment import Choices
from harness.mutants import Mutant, MutantError, planted
from harness.registry import RegistryError, UnknownNameError, experiments, find, mutants
from harness.seed import Seed
from harness.stack.errors import StackError
from harness.stack.providers import AUTO, PROVIDERS
from harness.system import choose_placement
from harness.verdict import Outcome, RunVerdict

SERVICES = Path("system/services.toml")

group = typer.Typer(help="Plant known bugs in a copy of the system: the harness must catch them.", no_args_is_help=True)


@group.command("list")
def list_mutants(as_json: AsJson = False) -> None:
    """Show the known bugs, the experiment that has to fail with each, and the guarantee that has to be named."""
    known = mutants()
    if as_json:
        names = ("name", "about", "experiment", "guarantee")
        out.print(
            json.dumps([{name: getattr(each, name) for name in names} for each in known.values()], indent=2), markup=False
        )
        return
    for each in known.values():
        out.print(Text(each.name, "bold"))
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 2))
        table.add_row("about", Text(each.about))
        table.add_row("fails", Text(f"{each.experiment}, by {each.guarantee}"))
        out.print(table)


@group.command("run")
def run_mutants(
    names: Annotated[list[str] | None, typer.Argument(help="Their names; see `gauntlet mutants list`.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Run every mutant, one after the other.")] = False,
    seed: Annotated[str | None, typer.Option(help="A seed; default: the mutant's own, or a fresh one.")] = None,
    topology: Annotated[Path, typer.Option(help="The services.toml of the system to copy.")] = SERVICES,
    out_folder: Annotated[Path, typer.Option("--out", help="Where run folders are made.")] = RUNS,
    provider: Annotated[str, typer.Option(help=f"Where servers come from: {', '.join((AUTO, *PROVIDERS))}.")] = AUTO,
) -> None:
    """Run the experiment of each mutant on a copy with its bug. Exit code 0: all were caught; 1: one survived."""
    try:
        chosen = _chosen(names or [], everything=everything)
        installed = experiments()
        known = judges_of({each.experiment: find(each.experiment, installed, "experiment") for each in chosen.values()})
        given = Seed.parse(seed) if seed is not None else None
        placement = choose_placement(provider, proxied=False)
        err.print(Text(placement.provider_told))
        caught = {}
        for each in chosen.values():
            err.print(Text(f"mutant {each.name}: {each.about}"))
            with planted(each, topology) as copy:
                execution = Execution(out_folder, known, Choices(placement.provider.name, copy, mutant=each.name))
                first = given or (Seed(each.seed) if each.seed is not None else Seed.fresh())
                caught[each.name] = is_caught(each, execution.run(installed[each.experiment], first))
    except (UnknownNameError, RegistryError, MutantError, StackError, ValueError) as error:
        complain(error)
        raise typer.Exit(Code.USAGE) from error
    for name, well in caught.items():
        out.print(Text.assemble(("caught  ", "green") if well else ("SURVIVED", "bold red"), f"  {name}"))
    raise typer.Exit(Code.OK if all(caught.values()) else Code.FAILED)


def is_caught(mutant: Mutant, verdict: RunVerdict) -> bool:
    """Whether a run failed by the guarantee that the bug breaks."""
    return any(each.guarantee == mutant.guarantee and each.outcome is Outcome.FAIL for each in verdict.verdicts)


def _chosen(names: list[str], *, everything: bool) -> Mapping[str, Mutant]:
    known = mutants()
    if bool(names) == everything:
        raise UnknownNameError(f"name mutants, or say --all; there is {', '.join(sorted(known)) or 'none'}")
    return known if everything else {name: find(name, known, "mutant") for name in names}
