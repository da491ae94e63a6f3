"""Kill, pause and resume a container, for the owner of its stack and for attached processes."""

from harness.stack.docker.engine import Engine, Look, look
from harness.stack.errors import StackError
from harness.waiting import WaitTimeout, wait_until

_GONE_S = 20.0


class Controls:
    """One container. `name` is its member's, for messages."""

    def __init__(self, engine: Engine, container: str, name: str) -> None:
        self._engine = engine
        self._container = container
        self._name = name

    def look(self) -> Look:
        """Its current state."""
        return look(self._engine, self._container)

    def kill(self) -> None:
        """SIGKILL, also to a paused one; returns when it is gone. Raises StackError if that takes more than 20 s."""

        def gone() -> bool:
            if not self.look().running:
                return True
            self._engine.kill(self._container)
            return False

        try:
            wait_until(gone, what=f"{self._name} gone", timeout_s=_GONE_S, poll_s=0.01)
        except WaitTimeout as error:
            raise StackError(f"{self._name} does not die: {error}") from error

    def pause(self) -> None:
        """Freeze it; no effect on one that is frozen. Raises StackError when it does not run."""
        if not self.running().paused:
            self._engine.pause(self._container)

    def resume(self) -> None:
        """Continue it; no effect on one that is not frozen. Raises StackError when it does not run."""
        if self.running().paused:
            self._engine.unpause(self._container)

    def running(self) -> Look:
        """Its current state. Raises StackError when it does not run."""
        now = self.look()
        if not now.running:
            raise StackError(f"{self._name} does not run")
        return now
