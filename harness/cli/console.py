"""Where commands write to: results to stdout, everything else to stderr."""

from typing import NoReturn

import typer
from rich.console import Console

from harness.exit_codes import ExitCode
from harness.stack.errors import EngineError, ServerMissing

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def print_error(text: object) -> None:
    """Say on stderr what went wrong."""
    err.print("error:", style="bold red", end=" ")
    err.print(str(text), markup=False)


def refuse(error: Exception) -> NoReturn:
    """End a command that has not begun its work, with the reason."""
    print_error(error)
    raise typer.Exit(code_of(error)) from error


def code_of(error: Exception) -> ExitCode:
    """Of what kept a command from beginning: USAGE, or TROUBLE when it is the machine that lacks something."""
    return ExitCode.TROUBLE if isinstance(error, EngineError | ServerMissing) else ExitCode.USAGE
