"""Capabilities: what can be done to a member of a stack (server, sandbox, service instance) or to an edge, as protocols.

Faults ask for a capability, never for a provider: `if not stack.can("redis-lock-1", Pausable): ...`. A provider declares in
its `capabilities` which of them all of its servers have; the stack checks each member as well.
"""

from pathlib import Path
from typing import Protocol, runtime_checkable


@runtime_checkable
class Killable(Protocol):
    """All processes can be ended by SIGKILL, without an orderly stop."""

    def kill(self) -> None:
        """SIGKILL every process of the member; returns when all are gone."""


@runtime_checkable
class Pausable(Protocol):
    """Can be frozen: processes and connections stay, nothing is answered."""

    def pause(self) -> None:
        """Freeze every process of the member."""

    def resume(self) -> None:
        """Continue a frozen member; no effect on one that is not frozen."""


@runtime_checkable
class Restartable(Protocol):
    """Can be stopped in an orderly way and started again on the same ports with its data."""

    def terminate(self, grace_s: float = 10.0) -> bool:
        """Ask to stop, kill after `grace_s` seconds; returns when all processes are gone. Whether it ended by itself."""

    def boot(self) -> None:
        """Start a stopped member again; returns when started, not when ready."""


@runtime_checkable
class Cuttable(Protocol):
    """An edge, from one instance to one target, that can be broken while both ends run. Needs a `proxied` stack."""

    def cut(self) -> None:
        """Close its connections and refuse new ones until `mend`; returns when done."""

    def mend(self) -> None:
        """Accept connections again; no effect on an edge that is not cut."""


@runtime_checkable
class Logged(Protocol):
    """Its stdout and stderr go to one file, over all restarts."""

    @property
    def log(self) -> Path:
        """The log file."""
