"""Where the servers of a stack come from.

A provider starts each Server of a topology on loopback, with the capabilities that the provider declares. The stack
knows providers by this protocol only.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from harness.stack.capabilities import Killable, Logged, Pausable, Restartable
from harness.stack.manifest import AdminAccess
from harness.stack.marker import Mark
from harness.stack.ports import Ports
from harness.stack.topology import Server

Capability = type[object]  # one of the protocols of harness.stack.capabilities


class Member(Killable, Pausable, Restartable, Logged, Protocol):
    """A member of a stack that the stack itself supervises."""

    @property
    def name(self) -> str:
        """Its name in the stack."""

    @property
    def pid(self) -> int | None:
        """Its first process."""

    @property
    def alive(self) -> bool:
        """Whether that runs."""

    def wait_ready(self, timeout_s: float, cancelled: threading.Event | None = None) -> None:
        """Return when it is ready. Raises StartFailed with the end of its log."""


@dataclass(frozen=True)
class Site:
    """Where one server goes: `folder` for its data (removed with the stack), its mark and log, and the stack's ports.

    `environment` is for servers that are processes of this machine; containers do not get it.
    """

    mark: Mark
    vhost: str
    folder: Path
    ports: Ports
    cancelled: threading.Event
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RunningServer:
    """A server that is ready. `access` gives the placeholders of an edge's template, but {address}, by caller.

    `container` is its id when it lives in one; `discard` is called after its last kill and frees what is not in its folder.
    `admin` may make schemas or virtual hosts on it.
    """

    server: Server
    member: Member
    ports: Mapping[str, int]
    access: Callable[[str], Mapping[str, str]]
    container: str | None = None
    discard: Callable[[], None] = field(default=lambda: None)
    admin: AdminAccess | None = None

    @property
    def port(self) -> int:
        """The port clients connect to: the first one."""
        return next(iter(self.ports.values()))


class Provider(Protocol):
    """Native processes, containers, ..."""

    @property
    def name(self) -> str:
        """Its name for `--provider`."""

    @property
    def engine(self) -> Path | None:
        """The socket of the container engine its servers live in; None when they are processes. Raises EngineError."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What can be done to each of its servers."""

    def prepare(self, servers: Sequence[Server], say: Callable[[str], None]) -> None:
        """Find or install what these servers need, once, before any is started. Raises ServerMissing."""

    def start(self, server: Server, site: Site) -> RunningServer:
        """Start one server; returns when it is ready. Called from several threads at once. Raises StartFailed."""

    def boot_order(self, server: Server) -> int:
        """Servers with lower numbers are started first; the slowest to boot have the lowest."""
