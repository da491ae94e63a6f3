"""The registry of commands: ours are listed here, others come from the entry point group `gauntlet.commands`.

An entry point names a plain function, or a typer.Typer with sub-commands; its own name becomes the command's, its signature
and docstring become options and help. One that cannot be loaded costs a warning, never the other commands. Only what is
asked for is imported: a command that looks at a stack need not wait for those that draw charts.
"""

from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Annotated

import typer

GROUP = "gauntlet.commands"
COMMANDS: Mapping[str, str] = {
    "up": "harness.cli.up:up",
    "status": "harness.cli.status:status",
    "logs": "harness.cli.logs:logs",
    "down": "harness.cli.down:down",
    "chaos": "harness.cli.chaos:chaos",
    "fuzz": "harness.cli.fuzz:fuzz",
    "load": "harness.cli.load:load",
    "judge": "harness.cli.judge:judge",
    "history": "harness.cli.history:history",
    "replay": "harness.cli.replay:replay",
    "mutants": "harness.cli.mutants:group",
    "prove": "harness.cli.prove:group",
    "contracts": "harness.cli.contracts:contracts",
    "bench": "harness.cli.bench:bench",
    "trend": "harness.cli.trend:trend",
}


def build(extra: Iterable[EntryPoint], warn: Callable[[str], None], ours: Mapping[str, str] = COMMANDS) -> typer.Typer:
    """The application with our commands and those of `extra` that can be loaded; ours win when names clash."""
    app = typer.Typer(
        help="Brings a system of services up on real servers, breaks it on purpose, and judges whether it kept its promises.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_root)  # with a callback even a single command is called by its name
    for name, value in ours.items():
        _add(app, name, EntryPoint(name, value, GROUP).load())
    for point in sorted(extra, key=lambda point: point.name):
        if point.name in COMMANDS:
            warn(f"command {point.name} of {point.value} is ignored: gauntlet has one of that name")
            continue
        try:
            _add(app, point.name, point.load())
        except Exception as error:  # noqa: BLE001 - a foreign module may raise anything
            warn(f"command {point.name} ({point.value}) cannot be loaded: {type(error).__name__}: {error}")
    return app


def command_line(arguments: list[str], warn: Callable[[str], None]) -> typer.Typer:
    """The application that these arguments need: with one of our commands alone when it is asked for, else with all."""
    asked = next((each for each in arguments if not each.startswith("-")), "")
    if asked in COMMANDS:
        return build((), warn, {asked: COMMANDS[asked]})
    extra = entry_points(group=GROUP)
    return build(extra, warn, {} if asked in extra.names else COMMANDS)


def _root(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the traceback of what went wrong.")] = False,
) -> None: ...  # `entry` takes the option out, wherever it stands; here it is told


def _add(app: typer.Typer, name: str, command: object) -> None:
    if isinstance(command, typer.Typer):
        app.add_typer(command, name=name)
    elif callable(command):
        app.command(name)(command)
    else:
        raise TypeError(f"{command!r} is neither a function nor a typer.Typer")
