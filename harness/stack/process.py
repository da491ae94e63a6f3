"""One supervised member of a stack: a program with its own session, log file, marker and probe.

Its descendants are part of it: signals reach every process with its marker, and it has ended when none is left. All
methods may be called from any thread; those that change the member are serialised.
"""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from harness.stack.errors import StackError, StartFailed
from harness.stack.marker import Mark, marked, signal_marked
from harness.stack.probes import Probe
from harness.waiting import WaitTimeout, wait_until

LOG_LINES = 30
_GONE_S = 10.0


@dataclass(frozen=True)
class Launch:
    """Everything needed to start a member, repeatably. `environment` is complete except for the marker."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    mark: Mark
    cwd: Path
    probe: Probe
    before_boot: Callable[[], None] = field(default=lambda: None)


class Supervised:
    """Has all capabilities: Killable, Pausable, Restartable, Logged."""

    def __init__(self, launch: Launch) -> None:
        self._launch = launch
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The member's name in its stack."""
        return self._launch.name

    @property
    def log(self) -> Path:
        """Everything it wrote to stdout and stderr."""
        return self._launch.mark.log

    @property
    def pid(self) -> int | None:
        """The first process, None when it has never been started."""
        return self._process.pid if self._process is not None else None

    @property
    def alive(self) -> bool:
        """Whether the first process runs (a paused one does)."""
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """How the first process ended (negative: by that signal), None while it runs."""
        return self._process.poll() if self._process is not None else None

    @property
    def runs_in(self) -> Path | None:
        """The folder that its first process works in, as the system says; None when it does not run."""
        try:
            return Path(psutil.Process(self._process.pid).cwd()) if self._process is not None and self.alive else None
        except psutil.Error:
            return None

    def boot(self) -> None:
        """Start it. Raises StackError when it is running, StartFailed when the program cannot be executed."""
        with self._lock:
            if self.alive:
                raise StackError(f"{self.name} is running already")
            self._launch.before_boot()
            self.log.parent.mkdir(parents=True, exist_ok=True)
            with self.log.open("ab") as output:
                try:
                    self._process = subprocess.Popen(  # noqa: S603 - from the topology, without a shell
                        self._launch.command,
                        stdin=subprocess.DEVNULL,
                        stdout=output,
                        stderr=output,
                        env={**self._launch.environment, **self._launch.mark.variables()},
                        cwd=self._launch.cwd,
                        start_new_session=True,
                    )
                except (OSError, ValueError) as error:  # ValueError: a NUL in the command or its environment
                    raise StartFailed(f"{self.name} cannot be started: {error}") from error

    def relaunch_as(self, launch: Launch) -> None:
        """Be started from another build next time. Raises StackError for another member's launch, or while it runs."""
        with self._lock:
            if self.alive or launch.name != self.name or launch.mark != self._launch.mark:
                raise StackError(f"{self.name} cannot be relaunched as {launch.name} now")
            self._launch = launch

    def wait_ready(self, timeout_s: float, cancelled: threading.Event | None = None) -> None:
        """Return when its probe says ready. Raises StartFailed, with the end of its log, when it died or took too long."""

        def ready() -> bool:
            if not self.alive:
                raise StartFailed(f"{self.name} ended with code {self.exit_code} during start.{evidence(self.log)}")
            return self._launch.probe()

        try:
            wait_until(ready, what=f"{self.name} ready", timeout_s=timeout_s, cancelled=cancelled)
        except WaitTimeout as error:
            raise StartFailed(f"{error}.{evidence(self.log)}") from error

    def wait_ended(self, timeout_s: float, cancelled: threading.Event | None = None) -> None:
        """For a job: return when it has ended with code 0. Raises StartFailed, with the end of its log, otherwise."""
        try:
            wait_until(lambda: not self.alive, what=f"{self.name} done", timeout_s=timeout_s, cancelled=cancelled)
        except WaitTimeout as error:
            raise StartFailed(f"{error}.{evidence(self.log)}") from error
        if self.exit_code:
            raise StartFailed(f"{self.name} ended with code {self.exit_code}.{evidence(self.log)}")

    def kill(self) -> None:
        """SIGKILL all its processes; returns when they are gone. Raises StackError when one still runs after 10 s."""
        with self._lock:
            self._finish()

    def terminate(self, grace_s: float = 10.0) -> bool:
        """SIGTERM, then SIGKILL after `grace_s` seconds; returns when all its processes are gone.

        Whether its first process ended by itself.
        """
        with self._lock:
            if self.alive:
                self._signal(signal.SIGCONT)
                self._signal(signal.SIGTERM)
                with suppress(subprocess.TimeoutExpired):
                    self._reap(grace_s)
            by_itself = not self.alive
            self._finish()
        return by_itself

    def pause(self) -> None:
        """SIGSTOP. Raises StackError when it does not run."""
        self._signal_running(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT. Raises StackError when it does not run."""
        self._signal_running(signal.SIGCONT)

    def tail(self, lines: int = LOG_LINES) -> str:
        """The last lines of its log."""
        return tail(self.log, lines)

    def _signal_running(self, number: signal.Signals) -> None:
        with self._lock:
            if not self.alive:
                raise StackError(f"{self.name} does not run")
            self._signal(number)

    def _signal(self, number: signal.Signals) -> None:
        """Signal each process once: programs react to a second SIGTERM differently."""
        grouped = None
        if self._process is not None and self.alive:
            # The group at once: no child sees its parent die first. The pid is not reused before it is reaped.
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
                grouped = self._process.pid
        signal_marked(self._launch.mark, number, but_group=grouped)

    def _finish(self) -> None:
        def gone() -> bool:
            self._signal(signal.SIGKILL)
            if self._process is not None:
                self._process.poll()
            return not marked(self._launch.mark)

        try:
            wait_until(gone, what=f"{self.name} gone", timeout_s=_GONE_S, poll_s=0.01)
            if self._process is not None:
                self._reap(_GONE_S)
        except (WaitTimeout, subprocess.TimeoutExpired) as error:
            raise StackError(f"{self.name} does not die: {error}") from error

    def _reap(self, timeout_s: float) -> None:
        if self._process is not None:
            self._process.wait(timeout_s)


def evidence(log: Path) -> str:
    """The last lines of a log, as the end of a message."""
    text = tail(log, LOG_LINES)
    return f" Last lines of {log}:\n{text}" if text else f" Its log {log} is empty."


def tail(path: Path, lines: int) -> str:
    """The last lines of a text file, "" when there is none."""
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 256 * 1024))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""
