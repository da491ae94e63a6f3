"""The definition of a kind of server for the docker provider; one file per kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from harness.stack.docker.images import Image
from harness.stack.manifest import AdminAccess
from harness.stack.probes import Probe
from harness.stack.provider import Site
from harness.stack.topology import Server

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer


@dataclass(frozen=True)
class Base:
    """Where a container comes from: its image, the port it gets on this machine, and the engine for testcontainers."""

    image: str
    port: int
    client: Mapping[str, Any]


@dataclass(frozen=True)
class Recipe:
    """How to make one server. `furnish` is called once, after the first time the probe says ready.

    `on_host`: it shares this machine's network, and listens on the port it was given, on loopback, by itself.
    `admin` may make schemas or virtual hosts on it. `inner` are ports inside that are published besides its own, by their
    ports on this machine.
    """

    container: "DockerContainer"
    probe: Probe
    options: Mapping[str, Any] = field(default_factory=dict)
    furnish: Callable[[], None] = field(default=lambda: None)
    access: Callable[[str], Mapping[str, str]] = field(default=lambda _caller: {})
    on_host: bool = False
    admin: AdminAccess | None = None
    inner: Mapping[int, int] = field(default_factory=dict)


class Driver(Protocol):
    """One kind of server. `port` is the one inside the container, and `port_name` what it is called."""

    kind: ClassVar[str]
    image: ClassVar[Image]
    port: ClassVar[int]
    port_name: ClassVar[str]
    boot_order: ClassVar[int]
    ready_timeout_s: ClassVar[float]

    def recipe(self, server: Server, site: Site, base: Base) -> Recipe:
        """Define its container; nothing is started."""


DRIVERS: dict[str, type[Driver]] = {}


def driver(cls: type[Driver]) -> type[Driver]:
    """Class decorator: the docker provider can start this kind of server."""
    DRIVERS[cls.kind] = cls
    return cls
