"""What can be done to a member of a stack (a server, a sandbox, an instance of a service) or to an edge, as small protocols.

Faults ask for a capability, never for a provider: `if not stack.can("redis-lock-1", Pause): ...`. A provider declares in
its `capabilities` which of them all of its servers have; the stack checks each member as well.
"""

from pathlib import Path
from typing import Protocol, runtime_checkable


@runtime_checkable
class Kill(Protocol):
    """Sudden death."""

    def kill(self) -> None:
        """SIGKILL every process of the member; returns when all are gone."""


@runtime_checkable
class Pause(Protocol):
    """Alive, connected and silent."""

    def pause(self) -> None:
        """Freeze every process of the member."""

    def resume(self) -> None:
        """Let a frozen member go on; nothing happens to one that is not frozen."""


@runtime_checkable
class Restart(Protocol):
    """Orderly stop and start on the same ports with the data kept."""

    def terminate(self, grace_s: float = 10.0) -> None:
        """Ask to stop, kill after `grace_s` seconds; returns when all processes are gone."""

    def boot(self) -> None:
        """Start a stopped member again; returns when started, not when ready."""


@runtime_checkable
class Cut(Protocol):
    """An edge, from one instance to one target, that can be broken while both ends live. Needs a stack that is `proxied`."""

    def cut(self) -> None:
        """Break its connections and refuse new ones, until it is mended; returns when that is so."""

    def mend(self) -> None:
        """Let connections through again; nothing happens to one that is whole."""


@runtime_checkable
class Logs(Protocol):
    """Everything the member has written to stdout and stderr, over all restarts."""

    @property
    def log(self) -> Path:
        """The log file."""
