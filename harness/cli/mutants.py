"""gauntlet mutants: plant known bugs in a copy of the system and verify that the harness detects each."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from harness.cli.console import err, out, refuse
from harness.cli.execution import RUNS, Execution, judges_of, require_folder
from harness.cli.fuzz import the_suite
from harness.cli.options import AsJson, ProxyName
from harness.experiment import Choices, Experiment
from harness.fuzz.suite import UnknownPartError
from harness.mutants import Beside, Caught, Mutant, MutantError, MutantResult, planted, result_of
from harness.mutants.result import exit_code
from harness.proof.source.cells import Seen
from harness.proof.source.detectors import Setting, detect
from harness.proof.source.processes import Processes
from harness.registry import RegistryError, UnknownNameError, find, mutants, runnable, sources
from harness.seed import Seed
from harness.stack.errors import StackError
from harness.stack.providers import AUTO, PROVIDERS
from harness.system import choose_placement

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
    as_json: AsJson = False,
) -> None:
    """Run the experiment, the part of `gauntlet fuzz`, or the contract of each mutant on a copy with its bug.

    Exit code 0: each was caught by the guarantee that it names; 1: one survived; 3: one was caught by another guarantee alone,
    or its run was not green for another reason, which is told.
    """
    try:
        chosen = _chosen(names or [], everything=everything)
        detectors = {each.name: detector_of(each) for each in chosen.values() if not each.contracts}
        known = judges_of(detectors)
        given = Seed.parse(seed) if seed is not None else None
        placement = choose_placement(provider, proxy, proxied=True)
        err.print(Text(placement.provider_told))
        require_folder(out_folder)
        found = list[MutantResult]()
        for each in chosen.values():
            err.print(Text(f"mutant {each.name}: {each.about}"))
            with planted(each, topology, _beside(topology)) as copy:
                if each.contracts:
                    found.append(_judged(each, copy, placement.provider.name, out_folder))
                    continue
                choices = Choices(
                    placement.provider.name,
                    copy,
                    placement.proxy,
                    mutant=each.name,
                    copied=topology.resolve() if topology != SERVICES else None,
                    environment=placement.environment,
                )
                execution = Execution(out_folder, known, choices, as_json=as_json, quiet=as_json)
                first = given or (Seed(each.seed) if each.seed is not None else Seed.fresh())
                found.append(result_of(each, execution.run(detectors[each.name], first)))
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
    if as_json:
        out.print(json.dumps([asdict(each) for each in found], indent=2), markup=False)
    for result in () if as_json else found:
        out.print(Text.assemble(f"{result.mutant}  ", (str(result), STYLES[result.caught])))
    raise typer.Exit(exit_code(each.caught for each in found))


def detector_of(mutant: Mutant) -> Experiment[Any]:
    """What has to fail of one that names no contract: an experiment, or a part of `gauntlet fuzz` for its time by default.

    Raises UnknownNameError, UnknownPartError, RegistryError.
    """
    if not mutant.fuzz:
        return find(mutant.experiment, runnable(), "experiment")
    suite = the_suite()
    return suite.experiment([mutant.fuzz], suite.share_s(mutant.fuzz))


def _judged(mutant: Mutant, copy: Path, provider: str, folder: Path) -> MutantResult:
    """What its contract says of a copy. A checker has no seed."""
    found = detect(mutant.command, copy, 0, Setting(provider=provider, out=folder), Processes().run)
    named = Caught.BY_NAMED if mutant.guarantee in found.by else Caught.BY_ANOTHER
    outcomes = {Seen.CAUGHT: named, Seen.SURVIVED: Caught.SURVIVED, Seen.NOT_GREEN: Caught.NOT_GREEN}
    return MutantResult(
        mutant=mutant.name,
        detector=mutant.detector,
        guarantee=mutant.guarantee,
        seed=0,
        caught=outcomes[found.seen],
        failed=found.by,
        why=found.why,
    )


def _beside(topology: Path) -> tuple[Beside, ...]:
    """The folders that stand beside a system, when its source is known."""
    return next((each.beside for each in sources().values() if each.topology.resolve() == topology.resolve()), ())


STYLES = {Caught.BY_NAMED: "green", Caught.BY_ANOTHER: "yellow", Caught.NOT_GREEN: "bold yellow", Caught.SURVIVED: "bold red"}


def _chosen(names: list[str], *, everything: bool) -> Mapping[str, Mutant]:
    known = mutants()
    if bool(names) == everything:
        raise UnknownNameError(f"name mutants, or say --all; there is {', '.join(sorted(known)) or 'none'}")
    return known if everything else {name: find(name, known, "mutant") for name in names}
