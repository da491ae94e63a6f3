"""The entry point: maps every end of a command to its exit code, without a traceback unless asked for.

Commands handle what they expect. Whatever else arrives here is trouble of the tool or the machine (ExitCode.TROUBLE), told
in one line; it never looks like a broken promise (1), which is what Python makes of an uncaught exception.
"""

import os
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

from harness.cli.commands import COMMANDS, command_line
from harness.cli.console import err, print_error
from harness.exit_codes import ExitCode
from harness.own_process import NO_DOCSTRINGS, WITHOUT_DOCSTRINGS
from harness.stack.errors import StackError

TRACEBACK = "GAUNTLET_TRACEBACK"
VERBOSE = ("-v", "--verbose")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line (default: that of this process) and exit."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    verbose = _take_verbose(given) or bool(os.environ.get(TRACEBACK))
    if sys.flags.optimize >= NO_DOCSTRINGS:
        print_error(WITHOUT_DOCSTRINGS)
        sys.exit(ExitCode.USAGE)
    try:
        command_line(given, _warn)(given, prog_name="gauntlet")
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
    except SystemExit as ended:
        if isinstance(ended.__context__, BrokenPipeError):  # rich and typer make 1 of it
            sys.exit(_nobody_reads())
        raise
    except BrokenPipeError:
        sys.exit(_nobody_reads())
    except Exception as error:  # noqa: BLE001 - all other errors get an exit code and one line
        if verbose:
            traceback.print_exception(error)
        print_error(_said(error) if verbose else f"{_said(error)} (-v shows the traceback)")
        sys.exit(ExitCode.TROUBLE)
    sys.exit(ExitCode.PASS)


def _take_verbose(arguments: list[str]) -> bool:
    """Whether --verbose is given; it is removed for our commands, which do not define it; others may."""
    asked = next((each for each in arguments if not each.startswith("-")), "")
    end = arguments.index("--") if "--" in arguments else len(arguments)
    limit = end if asked in COMMANDS or not asked else arguments.index(asked)
    mine = [place for place in range(limit) if arguments[place] in VERBOSE]
    for place in reversed(mine):
        del arguments[place]
    return bool(mine)


def _said(error: Exception) -> str:
    """The error in one line; all but StackError and OSError are called a defect of gauntlet."""
    text = " ".join(str(error).split())
    if isinstance(error, StackError):
        return text
    if isinstance(error, OSError):
        return f"{text}: the machine refused this; see to it and run the command again"
    return f"{type(error).__name__}: {text}: this is a defect of gauntlet, please report it"


def _nobody_reads() -> ExitCode:
    """Standard output was closed. Its buffer is discarded, as Python would report a failed flush at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    print_error("nobody reads standard output any more: the command was broken off")
    return ExitCode.TROUBLE


def _warn(text: str) -> None:
    err.print(f"warning: {text}", markup=False, style="yellow")
