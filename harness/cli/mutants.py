"""gauntlet mutants: plant known bugs in a copy of the system and verify that the harness detects each."""

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from harness.cli.console import err, out, refuse
from harness.cli.execution import RUNS, Execution, judges_of, require_folder
from harness.cli.fuzz import the_suite
from harness.cli.options import AsJson, ProxyName
from harness.exit_codes import ExitCode
from harness.experiment import Choices, Experiment
from harness.fuzz.suite import UnknownPartError
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
    """Show the known bugs, the experiment or fuzzer that has to fail with each, and the guarantee that has to be named."""
    try:
        known = mutants()
    except (RegistryError, MutantError, ImportError) as error:
        refuse(error)
    if as_json:
        names = ("name", "about", "experiment", "fuzz", "guarantee")
        out.print(
            json.dumps([{name: getattr(each, name) for name in names} for each in known.values()], indent=2), markup=False
        )
        return
    for each in known.values():
        out.print(Text(each.name, "bold"))
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 2))
        table.add_row("about", Text(each.about))
        table.add_row("fails", Text(f"{each.detector}, by {each.guarantee}"))
        out.print(table)


@group.command("run")
def run_mutants(
    names: Annotated[list[str] | None, typer.Argument(help="Their names; see `gauntlet mutants list`.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Run every mutant, one after the other.")] = False,
    seed: Annotated[str | None, typer.Option(help="A seed; default: the mutant's own, or a fresh one.")] = None,
    topology: Annotated[Path, typer.Option(help="The services.toml of the system to copy.")] = SERVICES,
    out_folder: Annotated[Path, typer.Option("--out", help="Where run folders are made.")] = RUNS,
    provider: Annotated[str, typer.Option(help=f"Where servers come from: {', '.join((AUTO, *PROVIDERS))}.")] = AUTO,
    proxy: ProxyName = "",
) -> None:
    """Run the experiment, or the part of `gauntlet fuzz`, of each mutant on a copy with its bug.

    Exit code 0: all were caught; 1: one survived; 3: none is known to have survived, and of one nothing was proved.
    """
    try:
        chosen = _chosen(names or [], everything=everything)
        detectors = {each.name: detector_of(each) for each in chosen.values()}
        known = judges_of(detectors)
        given = Seed.parse(seed) if seed is not None else None
        placement = choose_placement(provider, proxy, proxied=True)
        err.print(Text(placement.provider_told))
        require_folder(out_folder)
        found = {}
        for each in chosen.values():
            err.print(Text(f"mutant {each.name}: {each.about}"))
            with planted(each, topology) as copy:
                choices = Choices(
                    placement.provider.name,
                    copy,
                    placement.proxy,
                    mutant=each.name,
                    copied=topology.resolve() if topology != SERVICES else None,
                    environment=placement.environment,
                )
                execution = Execution(out_folder, known, choices)
                first = given or (Seed(each.seed) if each.seed is not None else Seed.fresh())
                found[each.name] = result_of(each, execution.run(detectors[each.name], first))
    except (
        UnknownNameError,
        UnknownPartError,
        RegistryError,
        MutantError,
        StackError,
        NotADirectoryError,
        ValueError,
    ) as error:
        refuse(error)
    for name, result in found.items():
        out.print(Text.assemble((f"{result:<12}", STYLES[result]), f"  {name}"))
    raise typer.Exit(exit_code(found.values()))


def detector_of(mutant: Mutant) -> Experiment[Any]:
    """What has to fail: an experiment, or a part of `gauntlet fuzz` for the time that it has there by default.

    Raises UnknownNameError, UnknownPartError, RegistryError.
    """
    if not mutant.fuzz:
        return find(mutant.experiment, experiments(), "experiment")
    suite = the_suite()
    return suite.experiment([mutant.fuzz], suite.share_s(mutant.fuzz))


class Result(StrEnum):
    """The result for a mutant: its guarantee failed (caught), held (survived), or nothing was proved."""

    CAUGHT = "caught"
    SURVIVED = "SURVIVED"
    INCONCLUSIVE = "INCONCLUSIVE"


STYLES = {Result.CAUGHT: "green", Result.SURVIVED: "bold red", Result.INCONCLUSIVE: "bold yellow"}


def result_of(mutant: Mutant, verdict: RunVerdict) -> Result:
    """A guarantee that held in a run whose faults did nothing, or that broke down, has not been put to the test."""
    judged = {each.guarantee: each.outcome for each in verdict.verdicts}
    match judged.get(mutant.guarantee):
        case Outcome.FAIL:
            return Result.CAUGHT
        case Outcome.PASS if not verdict.errors and all(requirement.met for requirement in verdict.requirements):
            return Result.SURVIVED
        case _:
            return Result.INCONCLUSIVE


def exit_code(results: Iterable[Result]) -> ExitCode:
    """Of several mutants: a survivor is worse than one of which nothing is known."""
    found = set(results)
    if Result.SURVIVED in found:
        return ExitCode.FAIL
    return ExitCode.INCONCLUSIVE if Result.INCONCLUSIVE in found else ExitCode.PASS


def _chosen(names: list[str], *, everything: bool) -> Mapping[str, Mutant]:
    known = mutants()
    if bool(names) == everything:
        raise UnknownNameError(f"name mutants, or say --all; there is {', '.join(sorted(known)) or 'none'}")
    return known if everything else {name: find(name, known, "mutant") for name in names}
