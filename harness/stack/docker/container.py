"""One container as a member of a stack. All methods may be called from any thread; those that change it are serialised."""

import math
import threading
from dataclasses import dataclass
from pathlib import Path

from harness.stack.docker.engine import Engine, Look
from harness.stack.docker.transcript import Transcript
from harness.stack.errors import EngineError, NoSuchContainer, StackError, StartFailed
from harness.stack.marker import Mark
from harness.stack.probes import Probe
from harness.stack.process import evidence
from harness.waiting import WaitTimeout, wait_until

GONE = Look(running=False, paused=False, pid=0, exit_code=0, host_ips=())
_GONE_S = 20.0


@dataclass(frozen=True)
class Contained:
    """A container that has been made, and how to see that it is ready."""

    name: str
    id: str
    engine: Engine
    mark: Mark
    probe: Probe


class Container:
    """Has all capabilities: Kill, Pause, Restart, Logs. Made for a container that has just been started."""

    def __init__(self, contained: Contained) -> None:
        self._it = contained
        self._lock = threading.Lock()
        self._transcript = Transcript(contained.engine, contained.id, contained.mark.log)
        self._transcript.follow()

    @property
    def name(self) -> str:
        """The member's name in its stack."""
        return self._it.name

    @property
    def id(self) -> str:
        """The engine's name for it."""
        return self._it.id

    @property
    def log(self) -> Path:
        """Everything it wrote to stdout and stderr."""
        return self._it.mark.log

    @property
    def pid(self) -> int | None:
        """Its first process, as the engine's host numbers it; None when it does not run."""
        return look(self._it.engine, self.id).pid or None

    @property
    def alive(self) -> bool:
        """Whether it runs (a paused one does)."""
        return look(self._it.engine, self.id).running

    def boot(self) -> None:
        """Start it again. Raises StackError when it runs, StartFailed when the engine cannot start it."""
        with self._lock:
            if self.alive:
                raise StackError(f"{self.name} is running already")
            self._transcript.finish()
            try:
                self._it.engine.start(self.id)
            except EngineError as error:
                raise StartFailed(f"{self.name} cannot be started: {error}") from error
            self._transcript.follow()

    def wait_ready(self, timeout_s: float, cancelled: threading.Event | None = None) -> None:
        """Return when its probe says ready. Raises StartFailed, with the end of its log, when it died or took too long."""

        def ready() -> bool:
            now = look(self._it.engine, self.id)
            if not now.running:
                self._transcript.finish()
                raise StartFailed(f"{self.name} ended with code {now.exit_code} during start.{evidence(self.log)}")
            return self._it.probe()

        try:
            wait_until(ready, what=f"{self.name} ready", timeout_s=timeout_s, cancelled=cancelled)
        except WaitTimeout as error:
            raise StartFailed(f"{error}.{evidence(self.log)}") from error

    def kill(self) -> None:
        """SIGKILL, also to a paused one; returns when it is gone."""
        with self._lock:
            kill(self._it.engine, self.id, self.name)
            self._transcript.finish()

    def terminate(self, grace_s: float = 10.0) -> None:
        """Ask to stop, kill after `grace_s` seconds (rounded up to whole ones); returns when it is gone."""
        with self._lock:
            if look(self._it.engine, self.id).paused:
                self._it.engine.unpause(self.id)
            self._it.engine.stop(self.id, math.ceil(grace_s))
            self._transcript.finish()

    def pause(self) -> None:
        """Freeze it. Raises StackError when it does not run."""
        with self._lock:
            pause(self._it.engine, self.id, self.name)

    def resume(self) -> None:
        """Let it go on. Raises StackError when it does not run."""
        with self._lock:
            resume(self._it.engine, self.id, self.name)

    def remove(self) -> None:
        """Remove it with its data, for good."""
        self.kill()
        self._it.engine.remove(self.id)


def look(engine: Engine, container: str) -> Look:
    """How it is now; one that has been removed counts as one that does not run."""
    try:
        return engine.look(container)
    except NoSuchContainer:
        return GONE


def kill(engine: Engine, container: str, name: str) -> None:
    """SIGKILL; returns when it is gone. Raises StackError if that takes more than 20 s."""

    def gone() -> bool:
        if not look(engine, container).running:
            return True
        engine.kill(container)
        return False

    try:
        wait_until(gone, what=f"{name} gone", timeout_s=_GONE_S, poll_s=0.01)
    except WaitTimeout as error:
        raise StackError(f"{name} does not die: {error}") from error


def pause(engine: Engine, container: str, name: str) -> None:
    """Freeze it; nothing happens to one that is frozen. Raises StackError when it does not run."""
    if not _running(engine, container, name).paused:
        engine.pause(container)


def resume(engine: Engine, container: str, name: str) -> None:
    """Let it go on; nothing happens to one that is not frozen. Raises StackError when it does not run."""
    if _running(engine, container, name).paused:
        engine.unpause(container)


def _running(engine: Engine, container: str, name: str) -> Look:
    now = look(engine, container)
    if not now.running:
        raise StackError(f"{name} does not run")
    return now
