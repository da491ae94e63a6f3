"""Start a stack in a process of its own that outlives this one; watch until it is ready or has failed."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from harness.cli.audience import WHOLE, show_endpoints
from harness.cli.console import complain, err
from harness.cli.progress import decode, shown
from harness.exit_codes import ExitCode
from harness.stack.attach import attach
from harness.stack.events import Phase, StackEvent
from harness.stack.process import tail

_LOG_LINES = 30


def run_detached(arguments: Sequence[str], folder: Path, *, as_json: bool) -> int:
    """Run `gauntlet ARGUMENTS` as the owner of the stack in `folder`. Returns the exit code."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "owner.log"
    reading, writing = os.pipe()
    with log.open("wb") as output:
        owner = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "harness.cli", *arguments, "--events-fd", str(writing)],
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
    complain(end.detail if end is not None else f"the owner ended with code {code}; {log} ends with\n{tail(log, _LOG_LINES)}")
    return code if code in (ExitCode.USAGE, ExitCode.TROUBLE) else ExitCode.TROUBLE


def _watch(pipe: int) -> StackEvent | None:
    """Show events until the one about the whole stack, and return that; None when the owner ended without it."""
    with os.fdopen(pipe) as lines, shown(err) as show:
        for text in lines:
            event = decode(text)
            if event.name == WHOLE:
                return event
            show(event)
    return None
