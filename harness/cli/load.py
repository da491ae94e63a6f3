"""gauntlet load: many users at once, by Locust, judged by the guarantees of the system; see harness.load."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from harness.cli.console import err, out, refuse
from harness.cli.execution import RUNS, Execution, judges_of, require_folder
from harness.cli.options import AsJson, ProxyName, stack_folder
from harness.experiment import Choices
from harness.faults.inventory import Declaration
from harness.faults.kill import kill, kill_one_of
from harness.faults.pause import pause
from harness.faults.restart import restart
from harness.load.profile import LoadProfile
from harness.registry import RegistryError, UnknownNameError, find, load_profiles
from harness.seed import Seed
from harness.stack.attach import attach
from harness.stack.errors import StackError
from harness.stack.providers import AUTO, PROVIDERS
from harness.system import choose_placement

load = typer.Typer(help="Load a system with many users, by Locust, and judge it as after any experiment.", no_args_is_help=True)

FAULTS: dict[str, Callable[..., Declaration]] = {"kill": kill, "kill_one_of": kill_one_of, "pause": pause, "restart": restart}
"""Faults that can be added to a profile."""


@load.command("run")
def run_profiles(
    names: Annotated[list[str], typer.Argument(help="Profiles; see `gauntlet load list`.")],
    seconds: Annotated[
        float | None, typer.Option("--time", min=1.0, help="Seconds that the load lasts; default: the profile's own.")
    ] = None,
    processes: Annotated[
        int | None, typer.Option(min=1, max=64, help="Processes of Locust; default: as many as the users need.")
    ] = None,
    faults: Annotated[
        list[str] | None,
        typer.Option("--fault", help=f"A fault in the middle: KIND=MEMBER[,MEMBER…]; kinds: {', '.join(FAULTS)}."),
    ] = None,
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
    as_json: AsJson = False,
) -> None:
    """Load the system with one profile after the other, and judge it.

    Exit code 0: every promise and threshold kept; 1: one was broken; 2: wrong use; 3: nothing was proved, e.g. because the
    generator itself was late; 4: trouble of tool or machine.
    """
    try:
        known = load_profiles()
        chosen = [find(name, known, "load profile").lasting(seconds) for name in names]
        added = {text: _fault(text) for text in faults or ()}
        experiments = [profile.experiment(added, processes) for profile in chosen]
        judges = judges_of({each.name: each for each in experiments})
        first = Seed.parse(seed) if seed is not None else Seed.fresh()
        require_folder(out_folder)
        reused = attach(stack_folder(stack)).folder if stack else None
        placement = choose_placement(provider, proxy, proxied=bool(added))
        err.print(Text(placement.provider_told))
        choices = Choices(
            placement.provider.name,
            topology.resolve() if topology is not None else None,
            placement.proxy,
            reused,
            environment=placement.environment,
        )
    except (UnknownNameError, RegistryError, StackError, NotADirectoryError, ImportError, ValueError) as error:
        refuse(error)
    execution = Execution(out_folder, judges, choices, as_json)
    execution.run_all(experiments, first)
    raise typer.Exit(execution.exit_code)


@load.command("list")
def list_profiles(as_json: AsJson = False) -> None:
    """Show the load profiles that are installed."""
    try:
        known = load_profiles()
    except (RegistryError, ImportError) as error:
        refuse(error)
    if as_json:
        out.print(json.dumps([_described(each) for each in known.values()], indent=2), markup=False)
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("profile", "lasts", "what it does"):
        table.add_column(column)
    for each in known.values():
        table.add_row(Text(each.name), f"{each.seconds:g} s", Text(each.about))
    out.print(table)


def _fault(text: str) -> Declaration:
    """The fault that `kind=member,member` names. Raises ValueError."""
    kind, _, members = text.partition("=")
    if not members:
        raise ValueError(f"--fault {text}: say KIND=MEMBER, e.g. kill_one_of=order-1,order-2")
    if kind not in FAULTS:
        raise ValueError(f"--fault {text}: there is no {kind!r}; there is {', '.join(FAULTS)}")
    return FAULTS[kind](*_named(members.split(",")))


def _named(members: Sequence[str]) -> Sequence[str]:
    return [member.strip() for member in members if member.strip()]


def _described(profile: LoadProfile[Any]) -> dict[str, object]:
    return {
        "name": profile.name,
        "about": profile.about,
        "seconds": profile.seconds,
        "users": profile.users,
        "guarantees": list(profile.guarantees),
    }
