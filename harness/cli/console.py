"""Where commands write to: results to stdout, everything else to stderr; and what their exit codes mean."""

from enum import IntEnum

from rich.console import Console

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


class Code(IntEnum):
    """Exit codes of all commands."""

    OK = 0
    FAILED = 1
    USAGE = 2
    INTERRUPTED = 130


def complain(text: object) -> None:
    """Say on stderr what went wrong."""
    err.print("error:", style="bold red", end=" ")
    err.print(str(text), markup=False)
