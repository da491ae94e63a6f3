"""gauntlet fuzz: attack a running system, then judge it by its guarantees. An experiment without faults; see harness.fuzz."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from harness.cli.console import err, out, refuse
from harness.cli.execution import RUNS, Execution, judges_of, require_folder
from harness.cli.options import AsJson, ProxyName, stack_folder
from harness.experiment import Choices
from harness.fuzz.suite import SECONDS, FuzzSuite, UnknownPartError
from harness.registry import RegistryError, UnknownNameError, find, fuzz_suites
from harness.seed import Seed
from harness.stack.attach import attach
from harness.stack.errors import StackError
from harness.stack.providers import AUTO, PROVIDERS
from harness.system import choose_placement


def fuzz(
    parts: Annotated[list[str] | None, typer.Argument(help="Only these parts; see --list.")] = None,
    seconds: Annotated[
        float, typer.Option("--time", min=1.0, help="Seconds for all parts together; start and judging come on top.")
    ] = SECONDS,
    seed: Annotated[
        str | None, typer.Option(help="The seed of an earlier run: the same requests again; default: a fresh one.")
    ] = None,
    show: Annotated[bool, typer.Option("--list", help="Show the parts and their shares of the time, and end.")] = False,
    suite_name: Annotated[str, typer.Option("--suite", help="What to fuzz, when several systems are installed.")] = "",
    out_folder: Annotated[Path, typer.Option("--out", help="Where the run's folder is made.")] = RUNS,
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
    """Send a running system what it must not trust, and judge its answers, its effects and its promises.

    Exit code 0: nothing found, all promises kept; 1: findings, or a broken promise; 2: wrong use; 3: nothing was proved, e.g.
    an operation was not reached; 4: trouble of tool or machine. The same --seed sends the same requests, cut off by the time.
    """
    try:
        suite = the_suite(suite_name)
        experiment = suite.experiment(parts or (), seconds)
        if show:
            _show(suite, as_json=as_json)
            return
        known = judges_of({experiment.name: experiment})
        chosen = Seed.parse(seed) if seed is not None else Seed.fresh()
        require_folder(out_folder)
        reused = attach(stack_folder(stack)).folder if stack else None
        placement = choose_placement(provider, proxy, proxied=False)
        err.print(Text(placement.provider_told))
        choices = Choices(
            placement.provider.name,
            topology.resolve() if topology is not None else None,
            placement.proxy,
            reused,
            environment=placement.environment,
        )
    except (
        UnknownNameError,
        UnknownPartError,
        RegistryError,
        StackError,
        NotADirectoryError,
        ImportError,
        ValueError,
    ) as error:
        refuse(error)
    execution = Execution(out_folder, known, choices, as_json)
    execution.run(experiment, chosen)
    raise typer.Exit(execution.exit_code)


def the_suite(name: str = "") -> FuzzSuite[Any]:
    """The suite of that name, or the only one. Raises UnknownNameError, RegistryError, ImportError."""
    known = fuzz_suites()
    if not name and len(known) == 1:
        return next(iter(known.values()))
    if not name:
        raise UnknownNameError(f"name what to fuzz with --suite; there is {', '.join(known) or 'none'}")
    return find(name, known, "suite")


def _show(suite: FuzzSuite[Any], *, as_json: bool) -> None:
    if as_json:
        rows = [
            {"name": part.name, "about": part.about, "seconds_of_default": round(suite.share_s(part.name), 1)}
            for part in suite.parts
        ]
        out.print(json.dumps(rows, indent=2), markup=False)
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("part", f"of {SECONDS:g} s", "what it does"):
        table.add_column(column)
    for part in suite.parts:
        table.add_row(Text(part.name), f"{suite.share_s(part.name):.0f} s", Text(part.about))
    out.print(table)
