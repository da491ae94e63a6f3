"""The consoles of commands: results to stdout, everything else to stderr."""

from typing import NoReturn

import typer
from rich.console import Console

from harness.exit_codes import ExitCode
from harness.stack.errors import EngineError, ServerMissing

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def print_error(text: object) -> None:
    """Print an error to stderr."""
    err.print("error:", style="bold red", end=" ")
    err.print(str(text), markup=False)


def refuse(error: Exception) -> NoReturn:
    """Exit before a command has begun its work, with the reason."""
    print_error(error)
    raise typer.Exit(code_of(error)) from error


def code_of(error: Exception) -> ExitCode:
    """The exit code of an error before the work began: USAGE, or TROUBLE when the machine lacks something."""
    return ExitCode.TROUBLE if isinstance(error, EngineError | ServerMissing) else ExitCode.USAGE
