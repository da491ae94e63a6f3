"""Which commands there are. Ours are listed here; others come from the entry point group `gauntlet.commands`.

An entry point names a plain function; its own name becomes the command's, its signature and docstring become options and
help. One that cannot be loaded costs a warning, never the other commands.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points

import typer

from harness.cli.console import err
from harness.cli.down import down
from harness.cli.logs import logs
from harness.cli.status import status
from harness.cli.up import up

GROUP = "gauntlet.commands"
COMMANDS: Mapping[str, Callable[..., None]] = {"up": up, "status": status, "logs": logs, "down": down}


def build(extra: Iterable[EntryPoint], warn: Callable[[str], None]) -> typer.Typer:
    """The application with our commands and those of `extra` that can be loaded; ours win when names clash."""
    app = typer.Typer(
        help="Brings a system of services up on real servers, breaks it on purpose, and judges whether it kept its promises.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    for name, command in COMMANDS.items():
        app.command(name)(command)
    for point in sorted(extra, key=lambda point: point.name):
        if point.name in COMMANDS:
            warn(f"command {point.name} of {point.value} is ignored: gauntlet has one of that name")
            continue
        try:
            app.command(point.name)(point.load())
        except Exception as error:  # noqa: BLE001 - whatever somebody else's module raises
            warn(f"command {point.name} ({point.value}) cannot be loaded: {type(error).__name__}: {error}")
    return app


def main() -> None:
    """Run the command line."""
    # Loading other people's modules takes time and may warn; our own commands need neither.
    ours = len(sys.argv) > 1 and sys.argv[1] in COMMANDS
    extra = () if ours else entry_points(group=GROUP)
    build(extra, lambda text: err.print(f"warning: {text}", markup=False, style="yellow"))(prog_name="gauntlet")
