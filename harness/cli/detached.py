"""Start a stack in a process of its own that outlives this one; wait until it is ready or has failed.

Several may try to start a stack in one folder, and only one of them will own it. Until that is known the new process writes
to a file that has no name; `write_to` moves what it writes to the folder's log once the folder is its own.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from harness.cli.console import err, print_error
from harness.cli.listeners import WHOLE, show_endpoints
from harness.cli.progress import decode, shown
from harness.exit_codes import ExitCode
from harness.own_process import gauntlet
from harness.stack.attach import attach
from harness.stack.events import Phase, StackEvent
from harness.stack.process import tail
from harness.stack.stack_folder import OWNER_LOG

_LOG_LINES = 30
_CHUNK = 64 * 1024


def run_detached(arguments: Sequence[str], folder: Path, *, as_json: bool) -> int:
    """Run `gauntlet ARGUMENTS` as the owner of the stack in `folder`. Returns the exit code."""
    reading, writing = os.pipe()
    with tempfile.TemporaryFile() as output:
        owner = subprocess.Popen(  # noqa: S603 - ourselves
            gauntlet(*arguments, "--events-fd", str(writing)),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=(writing,),
            start_new_session=True,
        )
        os.close(writing)
        try:
            end = _watch(reading)
            if end is not None and end.phase is Phase.READY:
                show_endpoints(attach(folder), as_json=as_json)
                err.print(f"ready; `gauntlet down --name {folder.name}` stops everything", markup=False)
                return ExitCode.PASS
            code = owner.wait()
        except KeyboardInterrupt:
            owner.send_signal(signal.SIGTERM)
            err.print("Ctrl-C: stopping everything")
            owner.wait()
            err.print("stopped, nothing is left running")
            return ExitCode.INTERRUPTED
        output.seek(0)
        said = output.read().decode(errors="replace").splitlines() or tail(folder / OWNER_LOG, _LOG_LINES).splitlines()
    print_error(end.detail if end is not None else "\n".join([f"the owner ended with code {code}:", *said[-_LOG_LINES:]]))
    return code if code in (ExitCode.USAGE, ExitCode.TROUBLE) else ExitCode.TROUBLE


def write_to(log: Path) -> None:
    """Move this process's standard output, a file so far, to `log`: what is written already and what follows."""
    with log.open("wb") as file:
        offset = 0
        while chunk := os.pread(sys.stdout.fileno(), _CHUNK, offset):
            offset += file.write(chunk)
        os.ftruncate(sys.stdout.fileno(), 0)
        file.flush()
        os.dup2(file.fileno(), sys.stdout.fileno())
        os.dup2(file.fileno(), sys.stderr.fileno())


def _watch(pipe: int) -> StackEvent | None:
    """Show events until the one of the whole stack, and return it; None when the owner ended before."""
    with os.fdopen(pipe) as lines, shown(err) as show:
        for text in lines:
            event = decode(text)
            if event.name == WHOLE:
                return event
            show(event)
    return None
