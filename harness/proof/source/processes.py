"""The processes that detectors run in: bounded in time, and all interrupted at once when the matrix is.

Each has a session of its own, so that Ctrl-C at a terminal reaches it through `interrupt` only, and it cleans up.
"""

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

GRACE_S = 90.0
"""How long one may take to clean up after it was interrupted."""


class Interrupted(Exception):
    """The process was interrupted, or was not begun, because the matrix was; it has said nothing of its subject."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """What to run: with `environment` beside our own, in `folder`, or where we are."""

    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A process that ended, or was ended after its bound (`code` None)."""

    code: int | None
    out: str
    err: str


class Processes:
    """Those that are at work. Threads may share it."""

    def __init__(self) -> None:
        """None is at work."""
        self._lock = threading.Lock()
        self._at_work: set[subprocess.Popen[str]] = set()
        self._interrupted = False

    def run(self, command: Command, bound_s: float) -> Ended:
        """Run a command; after `bound_s` seconds it is interrupted. Raises Interrupted."""
        process = self._begin(command)
        try:
            ended = _communicated(process, bound_s)
        finally:
            with self._lock:
                self._at_work.discard(process)
        if self._interrupted:
            raise Interrupted
        return ended

    def interrupt(self) -> None:
        """Interrupt all that are at work, and begin none any more. One that does not clean up in time is killed."""
        with self._lock:
            self._interrupted = True
            ending = tuple(self._at_work)
        for process in ending:
            _signal(process, signal.SIGINT)
        until = monotonic() + GRACE_S
        for process in ending:
            try:
                process.wait(timeout=max(0.0, until - monotonic()))
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)

    def _begin(self, command: Command) -> "subprocess.Popen[str]":
        with self._lock:
            if self._interrupted:
                raise Interrupted
            process = subprocess.Popen(  # noqa: S603 - our own modules, by the paths of this installation
                command.arguments,
                cwd=command.folder,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env={**os.environ, **command.environment},
                start_new_session=True,
            )
            self._at_work.add(process)
        return process


def _communicated(process: "subprocess.Popen[str]", bound_s: float) -> Ended:
    try:
        out, err = process.communicate(timeout=bound_s)
    except subprocess.TimeoutExpired:
        _signal(process, signal.SIGINT)
        try:
            process.communicate(timeout=GRACE_S)
        except subprocess.TimeoutExpired:
            _signal(process, signal.SIGKILL)
            process.communicate()
        return Ended(code=None, out="", err="")
    return Ended(code=process.returncode, out=out, err=err)


def _signal(process: "subprocess.Popen[str]", number: signal.Signals) -> None:
    """To a process and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)
