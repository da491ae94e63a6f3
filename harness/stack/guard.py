"""The last one out: a tiny process that outlives the owner of a stack and removes what the owner could not.

It holds the reading end of a pipe whose writing end only the owner has, and watches the owner's pid as well (a forked child
may keep the pipe open). When the owner is gone, by return, crash or kill -9, the guard kills whatever carries the stack's
marker until nothing is left, deletes the stack's temporary data (never the logs) and ends. Until then it also holds the
lock of the run folder, so that nobody starts a new stack into the remains of the old one.
"""

import argparse
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from harness.stack.marker import Mark, signal_marked

GUARD = "GAUNTLET_GUARD"

_EMPTY_SCANS = 3  # a process caught between fork and exec shows its parent's environment: look again
_SCAN_MS = 50
_GONE_S = 20.0


class Guard:
    """The owner's side: start it before anything else of the stack, release it after everything has stopped."""

    def __init__(self, mark: Mark, remove: Sequence[Path], lock: int, log: Path) -> None:
        """Guard processes that carry `mark`; in the end `remove` these paths. `lock` is the run folder's locked file."""
        reading, self._writing = os.pipe()
        owner = os.pidfd_open(os.getpid())
        command = [
            sys.executable,
            "-S",
            "-m",
            __name__,
            "--stack",
            mark.stack,
            "--logs",
            str(mark.logs),
            "--pipe",
            str(reading),
            "--owner",
            str(owner),
        ]
        for path in remove:
            command += ["--remove", str(path)]
        root = Path(__file__).resolve().parents[2]
        environment = {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(root), GUARD: mark.stack}
        try:
            with log.open("ab") as output:
                self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    env=environment,
                    cwd="/",
                    pass_fds=(reading, owner, lock),
                    start_new_session=True,
                )
        finally:
            os.close(reading)
            os.close(owner)

    @property
    def pid(self) -> int:
        """The guard's process id."""
        return self._process.pid

    def release(self) -> None:
        """Let the guard clean up and end; returns when it has. Raises subprocess.TimeoutExpired after 20 s."""
        if self._writing >= 0:
            os.close(self._writing)
            self._writing = -1
        self._process.wait(_GONE_S)


def wait_for_owner(pipe: int, owner: int) -> None:
    """Block until the pipe is closed at the other end or the process behind the pidfd `owner` has ended."""
    poll = select.poll()
    poll.register(pipe, select.POLLIN | select.POLLHUP)
    poll.register(owner, select.POLLIN)
    poll.poll()


def sweep(mark: Mark) -> int:
    """Kill everything that is marked until nothing is found several times in a row; returns how many were killed."""
    killed: set[int] = set()
    empty = 0
    while empty < _EMPTY_SCANS:
        found = signal_marked(mark, signal.SIGKILL)
        killed.update(found)
        empty = 0 if found else empty + 1
        select.select([], [], [], _SCAN_MS / 1000)
    return len(killed)


def main() -> None:
    """The guard process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--stack", required=True)
    parser.add_argument("--logs", type=Path, required=True)
    parser.add_argument("--pipe", type=int, required=True)
    parser.add_argument("--owner", type=int, required=True)
    parser.add_argument("--remove", type=Path, action="append", default=[])
    arguments = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    wait_for_owner(arguments.pipe, arguments.owner)
    if killed := sweep(Mark(arguments.stack, arguments.logs)):
        sys.stderr.write(f"the owner of stack {arguments.stack} is gone; killed {killed} processes\n")
    for path in arguments.remove:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
