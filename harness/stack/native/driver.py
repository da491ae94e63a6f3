"""The definition of a kind of server for the native provider; one file per kind."""

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Protocol

from harness.stack.errors import ServerMissing
from harness.stack.manifest import AdminAccess
from harness.stack.probes import Probe
from harness.stack.provider import Site
from harness.stack.topology import Server

# An ordinary user's PATH often lacks these, although the programs run without privileges.
_SYSTEM_FOLDERS = ("/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/usr/libexec", "/opt/homebrew/bin")


@dataclass(frozen=True)
class Plan:
    """How to start one server. The first of `ports` is the one clients use. `admin` can make schemas or virtual hosts on it."""

    command: tuple[str, ...]
    ports: Mapping[str, int]
    probe: Probe
    cwd: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    access: Callable[[str], Mapping[str, str]] = field(default=lambda _caller: {})
    admin: AdminAccess | None = None


class Driver(Protocol):
    """One kind of server."""

    kind: ClassVar[str]
    package: ClassVar[str]  # what installs it on Debian
    boot_order: ClassVar[int]
    ready_timeout_s: ClassVar[float]
    port_taken: ClassVar[str]  # a regular expression: what its log says when a port could not be bound

    def find(self) -> None:
        """Raises ServerMissing when its program is not on this machine."""

    def plan(self, server: Server, site: Site) -> Plan:
        """Choose ports, write configuration and initial data below `site.folder`, and say how to start it."""


DRIVERS: dict[str, type[Driver]] = {}


def driver(cls: type[Driver]) -> type[Driver]:
    """Class decorator: the native provider can start this kind of server."""
    DRIVERS[cls.kind] = cls
    return cls


def find_program(names: Iterable[str], package: str) -> Path:
    """The first of these programs on PATH or in a system folder. Raises ServerMissing naming the Debian package."""
    names = tuple(names)
    for name in names:
        for path in (None, ":".join(_SYSTEM_FOLDERS)):
            if found := shutil.which(name, path=path):
                return Path(found)
    raise ServerMissing(f"{' or '.join(names)} not found (Debian package {package})")
