"""gauntlet down: stop a stack, whichever process owns it."""

import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import typer

from harness.cli.console import err, print_error
from harness.cli.options import Name, stack_folder
from harness.exit_codes import ExitCode
from harness.stack.errors import NotAttachable
from harness.stack.manifest import ProcessId, read
from harness.stack.stack_folder import in_use
from harness.waiting import WaitTimeout, wait_until

# An interrupted start and a running stop end within this; an owner that hangs does not.
_STEPS = ((signal.SIGTERM, 45.0), (signal.SIGKILL, 25.0))


def down(name: Name = "default") -> None:
    """Stop a stack; returns when all of it has ended."""
    folder = stack_folder(name)
    if not in_use(folder):
        err.print(f"no stack {name} is running", markup=False)
    elif end(folder, _STEPS):
        err.print(f"stack {name} is stopped; logs are in {folder / 'logs'}", markup=False)
    else:
        print_error(f"stack {name} does not end; its owner is {_owner(folder) or 'unknown'}")
        raise typer.Exit(ExitCode.TROUBLE)


def end(folder: Path, steps: Iterable[tuple[signal.Signals, float]]) -> bool:
    """Send the owner each signal and wait that many seconds for its end; returns whether it ended."""
    owner = _owner(folder)
    for number, patience_s in steps:
        if owner is not None and owner.alive:
            os.kill(owner.pid, number)
        with suppress(WaitTimeout):
            return wait_until(lambda: not in_use(folder), what=f"{folder} free", timeout_s=patience_s)
    return False


def _owner(folder: Path) -> ProcessId | None:
    try:
        return read(folder).owner
    except NotAttachable:  # it is ending at this moment
        return None
