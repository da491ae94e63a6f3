"""Use a stack that another process owns: read it, kill and pause members, cut edges. Only the owner starts members again."""

import signal
from pathlib import Path

from harness.stack.capabilities import Cuttable, Killable, Logged, Pausable
from harness.stack.docker.controls import Controls
from harness.stack.docker.engine import Engine
from harness.stack.errors import CapabilityMissing, NotAttachable, StackError
from harness.stack.manifest import Manifest, State, read
from harness.stack.marker import Mark, marked, signal_marked
from harness.stack.provider import Capability
from harness.stack.view import StackView
from harness.waiting import wait_until

_GONE_S = 10.0


class AttachedStack(StackView):
    """A running stack of another process; pids are read from its manifest for every call."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._stack = read(folder).stack

    @property
    def manifest(self) -> Manifest:
        """See StackView. Raises NotAttachable when the stack has ended or been replaced since."""
        manifest = read(self._folder)
        if manifest.stack != self._stack:
            raise NotAttachable(f"the stack in {self._folder} has been replaced by another one")
        return manifest

    @property
    def folder(self) -> Path:
        """See StackView."""
        return self._folder

    def can(self, name: str, capability: Capability) -> bool:
        """Whether a member or an edge has a capability for an attached process."""
        if capability is Cuttable:
            return name in self.edges()
        self._record(name)
        return capability in (Killable, Pausable, Logged)

    def kill(self, name: str) -> None:
        """SIGKILL all processes of a member; returns when they are gone."""
        if inside := self._container(name):
            inside.running()
            inside.kill()
            return
        mark = self._running(name)

        def gone() -> bool:
            signal_marked(mark, signal.SIGKILL)
            return not marked(mark)

        wait_until(gone, what=f"{name} gone", timeout_s=_GONE_S)

    def pause(self, name: str) -> None:
        """Freeze all processes of a member."""
        if inside := self._container(name):
            inside.pause()
        else:
            signal_marked(self._running(name), signal.SIGSTOP)

    def resume(self, name: str) -> None:
        """Continue all processes of a paused member."""
        if inside := self._container(name):
            inside.resume()
        else:
            signal_marked(self._running(name), signal.SIGCONT)

    def terminate(self, name: str, grace_s: float = 10.0) -> bool:
        """Raises CapabilityMissing: only the owner restarts members."""
        raise self._not_ours(name)

    def boot(self, name: str) -> None:
        """Raises CapabilityMissing: only the owner restarts members."""
        raise self._not_ours(name)

    def wait_ready(self, name: str, timeout_s: float = 30.0) -> None:
        """Raises CapabilityMissing: only the owner restarts members."""
        raise self._not_ours(name)

    next_build: None = None
    """There is none: only the owner starts members."""

    def migrate_to_next_build(self) -> None:
        """Raises CapabilityMissing: there is no next build."""
        raise CapabilityMissing("a stack that is attached to has no next build")

    def use_next_build(self, name: str) -> None:
        """Raises CapabilityMissing: only the owner restarts members."""
        raise self._not_ours(name)

    def runs_in(self, name: str) -> None:
        """None: it is not asked for."""

    def _not_ours(self, name: str) -> CapabilityMissing:
        self._record(name)
        return CapabilityMissing(f"{name} is not Restartable: this stack is attached to; its owner alone starts its members")

    def _container(self, name: str) -> Controls | None:
        container, engine = self._record(name).container, self.manifest.engine
        return Controls(Engine(engine), container, name) if engine is not None and container is not None else None

    def _running(self, name: str) -> Mark:
        mark = Mark(self._stack, self._record(name).log.parent, name)
        if not marked(mark):
            raise StackError(f"{name} does not run")
        return mark


def attach(folder: Path) -> AttachedStack:
    """Attach to the stack in a run folder. Raises NotAttachable unless it is ready and its owner alive."""
    stack = AttachedStack(folder)
    manifest = stack.manifest
    if not manifest.owner.alive:
        raise NotAttachable(f"the owner of the stack in {folder} (pid {manifest.owner.pid}) is gone")
    if manifest.state is not State.READY:
        raise NotAttachable(f"the stack in {folder} is {manifest.state}, not ready")
    return stack
