"""The guard: a process that outlives the owner of a stack and removes what the owner could not.

It holds the read end of a pipe whose write end only the owner has, and watches the owner's pid as well (a forked child
may keep the pipe open). When the owner is gone, by return, crash or kill -9, the guard kills whatever carries the stack's
marker until nothing is left, deletes the stack's temporary data (its logs only with a temporary folder around them that no
process owns any more) and ends. Until then it also holds the lock of the run folder, so that no new stack starts in a
folder that still holds data of the old one.
"""

import argparse
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from harness.stack.errors import EngineError
from harness.stack.marker import Mark, signal_marked
from harness.stack.scratch import Scratch

GUARD = "GAUNTLET_GUARD"

_EMPTY_SCANS = 3  # a process caught between fork and exec shows its parent's environment: look again
_SCAN_MS = 50
_LATE_S = 3.0
_GONE_S = 20.0
_GOODBYE = b"."
_POLITE = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Guard:
    """The owner's side: start it before anything else of the stack, release it after everything has stopped."""

    def __init__(
        self,
        mark: Mark,
        remove: Sequence[Path],
        lock: int,
        log: Path,
        engine: Path | None = None,
        scratch: Scratch | None = None,
    ) -> None:
        """Guard processes that carry `mark`; in the end `remove` these paths. `lock` is the run folder's locked file.

        `engine` is the socket of the engine that may have containers with the mark's labels. `scratch` is a folder around
        all of it, removed as well when its process has ended.
        """
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
        if engine is not None:
            command += ["--engine", str(engine)]
        if scratch is not None:
            command += ["--scratch", str(scratch.folder), "--scratch-pid", str(scratch.pid)]
        root = Path(__file__).resolve().parents[2]
        environment = {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(root), GUARD: mark.stack}
        # Signals blocked here stay blocked in the guard, from its first instruction on.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _POLITE)
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
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            os.close(reading)
            os.close(owner)

    @property
    def pid(self) -> int:
        """The guard's process id."""
        return self._process.pid

    def release(self) -> None:
        """Make the guard clean up and end; returns when it has ended. Raises subprocess.TimeoutExpired after 20 s."""
        if self._writing >= 0:
            with suppress(BrokenPipeError):  # the guard was killed
                os.write(self._writing, _GOODBYE)
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


def sweep_containers(mark: Mark, engine: Path, *, orderly: bool) -> int:
    """Remove every container that has the mark's labels; returns how many were there. Raises EngineError.

    Unless the end was `orderly`, look again for 3 s: the engine may still create one that the owner had asked for.
    """
    from harness.stack.docker.engine import Engine  # most stacks have no containers, and the guard has to start fast

    removed: set[str] = set()
    until = time.monotonic() + (0 if orderly else _LATE_S)
    while True:
        found = Engine(engine).containers(mark.labels())
        for container in found:
            Engine(engine).remove(container)
        removed.update(found)
        if not found and time.monotonic() >= until:
            return len(removed)
        select.select([], [], [], _SCAN_MS / 1000)


def _said_goodbye(pipe: int) -> bool:
    return bool(select.select([pipe], [], [], 0)[0]) and os.read(pipe, 1) == _GOODBYE


def main() -> None:
    """The guard process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--stack", required=True)
    parser.add_argument("--logs", type=Path, required=True)
    parser.add_argument("--pipe", type=int, required=True)
    parser.add_argument("--owner", type=int, required=True)
    parser.add_argument("--remove", type=Path, action="append", default=[])
    parser.add_argument("--engine", type=Path)
    parser.add_argument("--scratch", type=Path)
    parser.add_argument("--scratch-pid", type=int)
    arguments = parser.parse_args()
    wait_for_owner(arguments.pipe, arguments.owner)
    mark, gone = Mark(arguments.stack, arguments.logs), f"the owner of stack {arguments.stack} is gone"
    if killed := sweep(mark):
        sys.stderr.write(f"{gone}; killed {killed} processes\n")
    if arguments.engine is not None:
        try:
            if removed := sweep_containers(mark, arguments.engine, orderly=_said_goodbye(arguments.pipe)):
                sys.stderr.write(f"{gone}; removed {removed} containers\n")
        except EngineError as error:
            sys.stderr.write(f"{gone}; its containers may be left: {error}\n")
    for path in arguments.remove:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    if arguments.scratch is not None:
        Scratch(arguments.scratch, arguments.scratch_pid).clear()


if __name__ == "__main__":
    main()
