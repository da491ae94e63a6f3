"""One container as a member of a stack. All methods may be called from any thread; those that change it are serialised."""

import math
import threading
from dataclasses import dataclass
from pathlib import Path

from harness.stack.docker.controls import Controls
from harness.stack.docker.engine import Engine
from harness.stack.docker.transcript import Transcript
from harness.stack.errors import EngineError, StackError, StartFailed
from harness.stack.marker import Mark
from harness.stack.probes import Probe
from harness.stack.process import evidence
from harness.waiting import WaitTimeout, wait_until

KILLED = 137
"""The exit code of what SIGKILL ended: 128 + 9."""


@dataclass(frozen=True)
class Contained:
    """A container that has been made, and how to see that it is ready."""

    name: str
    id: str
    engine: Engine
    mark: Mark
    probe: Probe


class Container:
    """Has all capabilities: Killable, Pausable, Restartable, Logged. Made for a container that has just been started."""

    def __init__(self, contained: Contained) -> None:
        self._it = contained
        self._controls = Controls(contained.engine, contained.id, contained.name)
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
        return self._controls.look().pid or None

    @property
    def alive(self) -> bool:
        """Whether it runs (a paused one does)."""
        return self._controls.look().running

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
            now = self._controls.look()
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
            self._controls.kill()
            self._transcript.finish()

    def terminate(self, grace_s: float = 10.0) -> bool:
        """Ask to stop, kill after `grace_s` seconds (rounded up to whole ones); returns when it is gone.

        Whether it ended by itself.
        """
        with self._lock:
            if self._controls.look().paused:
                self._it.engine.unpause(self.id)
            self._it.engine.stop(self.id, math.ceil(grace_s))
            by_itself: bool = self._controls.look().exit_code != KILLED
            self._transcript.finish()
        return by_itself

    def pause(self) -> None:
        """Freeze it. Raises StackError when it does not run."""
        with self._lock:
            self._controls.pause()

    def resume(self) -> None:
        """Continue it. Raises StackError when it does not run."""
        with self._lock:
            self._controls.resume()

    def remove(self) -> None:
        """Remove it with its data."""
        self.kill()
        self._it.engine.remove(self.id)
