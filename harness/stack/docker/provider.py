"""The docker provider: each server in a container of its own, published on a loopback port that stays when it is restarted."""

import importlib.util
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from harness.stack.capabilities import Killable, Logged, Pausable, Restartable

# Imported for their effect: each registers itself.
from harness.stack.docker import mysql, rabbitmq, redis  # noqa: F401 - see above
from harness.stack.docker.address import socket_path
from harness.stack.docker.container import Contained, Container
from harness.stack.docker.driver import DRIVERS, Base, Driver
from harness.stack.docker.engine import Engine
from harness.stack.docker.images import Selected, Store, get, select_all
from harness.stack.docker.store import EngineStore
from harness.stack.docker.toxiproxy import Toxiproxy
from harness.stack.errors import ServerMissing, StartFailed
from harness.stack.provider import Capability, RunningServer, Site
from harness.stack.topology import Server

_ATTEMPTS = 3
_QUICKLY_S = 1.0
_PATIENTLY_S = 30.0
_TOOLS: Mapping[str, type[Driver]] = {Toxiproxy.kind: Toxiproxy}
"""Kinds that are no servers of a system under test; `check` skips their images."""
_PORT_TAKEN = re.compile(r"port is already allocated|address already in use")


class DockerProvider:
    """Servers as containers, each kind made by its driver. `environ` names the engine and the images.

    `quickly_s` is how long `check`, by which `auto` decides, waits for the engine to say anything. Whoever asked for this
    provider by name waits longer: an engine under load is slow, not gone.
    """

    name = "docker"
    capabilities: frozenset[Capability] = frozenset({Killable, Pausable, Restartable, Logged})

    def __init__(
        self,
        environ: Mapping[str, str] = os.environ,
        drivers: Mapping[str, type[Driver]] = DRIVERS,
        store: Callable[[Engine], Store] = EngineStore,
        quickly_s: float = _QUICKLY_S,
    ) -> None:
        self._environ = environ
        self._servers = tuple(drivers)
        self._drivers = {**_TOOLS, **drivers}
        self._quickly_s = quickly_s
        self._make_store = store
        self._selected: dict[str, Selected] = {}

    @cached_property
    def engine(self) -> Path:
        """See Provider. Raises EngineError when there is none on this machine."""
        return socket_path(self._environ)

    @cached_property
    def _engine(self) -> Engine:
        return Engine(self.engine)

    @cached_property
    def _store(self) -> Store:
        return self._make_store(self._engine)

    def check(self) -> str:
        """The images it would use, for every kind of server. Raises EngineError or ServerMissing, both within a few seconds."""
        return self.check_kinds(self._servers)

    def check_kinds(self, kinds: Sequence[str]) -> str:
        """The same for these kinds only."""
        version = self._select(kinds, self._quickly_s)
        return f"Docker engine {version} answers; {', '.join(str(self._selected[kind]) for kind in kinds)}"

    def selected(self, kind: str) -> Selected:
        """The image a kind of server is made of, once `check` or `prepare` has chosen it."""
        return self._selected[kind]

    def prepare(self, servers: Sequence[Server], say: Callable[[str], None]) -> None:
        """See Provider; pulls the images that are not here, after saying so. Raises EngineError as well."""
        kinds = dict.fromkeys(server.kind for server in servers)
        self._select(kinds, _PATIENTLY_S)
        get({kind: self._selected[kind] for kind in kinds}, self._store, say)

    def boot_order(self, server: Server) -> int:
        """See Provider."""
        return self._drivers[server.kind].boot_order

    def start(self, server: Server, site: Site) -> RunningServer:
        """See Provider. A server that lost a race for its port is started again on another."""
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._attempt(server, site)
            except StartFailed as error:
                if not _PORT_TAKEN.search(str(error)):
                    raise
        return self._attempt(server, site)

    def _select(self, kinds: Iterable[str], answer_s: float) -> str:
        """Choose images; returns the engine's version, waiting so many seconds for it."""
        version = self._engine.version(answer_s)
        if importlib.util.find_spec("testcontainers") is None:
            raise ServerMissing("testcontainers is not installed (pip install testcontainers)")
        images = [self._drivers[kind].image for kind in kinds if kind not in self._selected]
        self._selected |= select_all(images, self._store, self._environ)
        return version

    def _attempt(self, server: Server, site: Site) -> RunningServer:
        from harness.stack.docker.creation import create  # slow to import, and not every stack has containers

        driver, port = self._drivers[server.kind](), site.ports.free()
        client = {"environment": {"DOCKER_HOST": f"unix://{self.engine}"}}
        try:
            recipe = driver.recipe(server, site, Base(self._selected[server.kind].name, port, client))
            made = create(recipe, site.mark, driver.port, port)
            member = Container(Contained(server.name, made, self._engine, site.mark, recipe.probe))
            member.wait_ready(driver.ready_timeout_s, site.cancelled)
            recipe.furnish()
        except BaseException:
            try:
                for container in self._engine.containers(site.mark.labels()):
                    self._engine.remove(container)  # by its labels: an interrupt may have come before we knew its id
            finally:
                site.ports.give_back(port)
            raise
        return RunningServer(server, member, {driver.port_name: port}, recipe.access, made, member.remove, recipe.admin)
