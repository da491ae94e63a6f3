"""What a stack is made of: a services.toml, parsed and checked before anything is started.

A Topology that exists is consistent: every edge leads from a process to something that exists and has that port, no
environment variable of a process is set twice, and every placeholder can be filled.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from harness.stack.placeholders import placeholders_in, secrets_in
from harness.stack.tables import Table

# What an edge's template may use, by the kind of the server it leads to; processes offer {address} only.
SERVER_PLACEHOLDERS: Mapping[str, frozenset[str]] = {
    "mysql": frozenset({"address", "schema", "user", "password"}),
    "redis": frozenset({"address", "database"}),
    "rabbitmq": frozenset({"address", "vhost", "user", "password"}),
}
ENVIRONMENT_PLACEHOLDERS = frozenset({"instance", "service"})
COMMAND_PLACEHOLDERS = frozenset({"python"})
HEALTH_KINDS = frozenset({"http", "grpc", "tcp"})

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class Role(StrEnum):
    """Servers are other people's programs, sandboxes stand for the world outside, services are the system.

    What carries the edges is none of them: it belongs to the harness.
    """

    PROXY = "proxy"
    SERVER = "server"
    SANDBOX = "sandbox"
    SERVICE = "service"


@dataclass(frozen=True)
class Server:
    """A server program with data of its own. `durable`: what was acknowledged survives a kill of the process."""

    name: str
    kind: str
    durable: bool = False
    schemas: tuple[str, ...] = ()


@dataclass(frozen=True)
class Health:
    """How to see that a process is ready: `kind` is http, grpc or tcp, `port` the name of one of its ports."""

    kind: str
    port: str
    path: str = "/"


@dataclass(frozen=True)
class Process:
    """A program of the project. `ports` maps the name of each port to the variable that carries its number."""

    name: str
    role: Role
    command: tuple[str, ...]
    health: Health
    ports: Mapping[str, str]
    migrate: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    about: str = ""


@dataclass(frozen=True)
class Edge:
    """`caller` is told in `env` where `callee` is: `template` filled for each target, joined by commas."""

    caller: str
    callee: str
    env: str
    template: str
    port: str = ""

    def __str__(self) -> str:
        return f"{self.caller}->{self.callee}"


@dataclass(frozen=True)
class Topology:
    """A checked services.toml.

    `root` is the folder in which the commands of all processes run ([stack] root, relative to the file, default ..);
    `show` names variables of [environment] that a person who uses the system wants to know. `migrate` does for all of a new
    stack what `Process.migrate` does for one service; without it, that is run for each.
    """

    source: Path
    root: Path
    name: str
    entry: str
    entry_port: int | None
    pages: tuple[str, ...]
    show: tuple[str, ...]
    servers: Mapping[str, Server]
    processes: Mapping[str, Process]
    environment: Mapping[str, str]
    edges: tuple[Edge, ...]
    migrate: tuple[str, ...] = ()

    @classmethod
    def load(cls, path: Path) -> "Topology":
        """Read and check `path`. Raises TopologyError naming the file and the key of the first problem."""
        return _Reader(path.resolve()).read()

    def services(self) -> tuple[Process, ...]:
        """The processes that are the system itself, in the order of the file."""
        return tuple(process for process in self.processes.values() if process.role is Role.SERVICE)

    def edges_from(self, caller: str) -> tuple[Edge, ...]:
        """What `caller` calls."""
        return tuple(edge for edge in self.edges if edge.caller == caller)

    def secret_names(self) -> tuple[str, ...]:
        """Every secret the environment of any process asks for, without repetition."""
        texts = [*self.environment.values()]
        for process in self.processes.values():
            texts.extend(process.environment.values())
        return tuple(dict.fromkeys(name for text in texts for name in secrets_in(text)))


class _Reader:
    """Reads one file table by table; whatever is read later is checked against what was read before."""

    def __init__(self, source: Path) -> None:
        self._source = source
        self._table = Table.load(source)
        self._servers: dict[str, Server] = {}
        self._processes: dict[str, Process] = {}

    def read(self) -> Topology:
        for name, table in self._table.tables("servers"):
            self._servers[self._fresh(name, table)] = _server(name, table)
        for role, key in ((Role.SANDBOX, "sandboxes"), (Role.SERVICE, "services")):
            for name, table in self._table.tables(key):
                self._processes[self._fresh(name, table)] = _process(name, role, table)
        shared = self._table.environment("environment", ENVIRONMENT_PLACEHOLDERS)
        edges = tuple(self._edges())
        head = self._table.table("stack", required=True)
        topology = Topology(
            source=self._source,
            root=(self._source.parent / head.text("root", "..")).resolve(),
            name=head.text("name"),
            entry=self._entry(head),
            entry_port=head.port("entry_port"),
            pages=head.texts("pages", ()),
            show=self._show(head, shared),
            servers=self._servers,
            processes=self._processes,
            environment=shared,
            edges=edges,
            migrate=self._migrate(head),
        )
        head.done()
        self._table.done()
        self._check_variables(topology)
        return topology

    def _fresh(self, name: str, table: Table) -> str:
        if not _NAME.fullmatch(name):
            table.fail("", f"{name!r} is not a name: lower-case letters, digits and single hyphens")
        if name in self._servers or name in self._processes:
            table.fail("", f"the name {name} is used twice")
        return name

    def _entry(self, head: Table) -> str:
        entry = head.text("entry")
        process = self._processes.get(entry)
        if process is None or process.role is not Role.SERVICE:
            head.fail("entry", f"{entry} is not one of the services")
        if "http" not in process.ports:
            head.fail("entry", f"{entry} has no port named http")
        return entry

    @staticmethod
    def _show(head: Table, shared: Mapping[str, str]) -> tuple[str, ...]:
        names = head.texts("show", ())
        for name in names:
            if name not in shared:
                head.fail("show", f"{name} is not in [environment]")
        return names

    @staticmethod
    def _migrate(head: Table) -> tuple[str, ...]:
        command = head.texts("migrate", ())
        head.known("migrate", " ".join(command), COMMAND_PLACEHOLDERS)
        return command

    def _edges(self) -> Iterator[Edge]:
        for name, table in self._table.tables("edges"):
            caller, arrow, callee = name.partition("->")
            if not arrow:
                table.fail("", 'an edge is named "caller->callee"')
            if caller not in self._processes:
                table.fail("", f"{caller} is not one of the sandboxes and services")
            edge = Edge(caller, callee, table.variable("env"), table.text("template", "{address}"), table.text("port", ""))
            if callee in self._servers:
                self._check_server_edge(edge, table)
            elif callee in self._processes:
                self._check_process_edge(edge, table)
            else:
                table.fail("", f"{callee} is neither a server nor a process")
            table.done()
            yield edge

    def _check_server_edge(self, edge: Edge, table: Table) -> None:
        server = self._servers[edge.callee]
        if edge.port:
            table.fail("port", f"{edge.callee} is a server and has one port only; leave this out")
        table.known("template", edge.template, SERVER_PLACEHOLDERS[server.kind])
        if "schema" in placeholders_in(edge.template) and edge.caller not in server.schemas:
            table.fail("template", f"{edge.caller} has no schema in servers.{server.name}.schemas")

    def _check_process_edge(self, edge: Edge, table: Table) -> None:
        known = self._processes[edge.callee].ports
        if edge.port not in known:
            table.fail("port", f"must name one of the ports of {edge.callee} ({', '.join(known)}), not {edge.port!r}")
        table.known("template", edge.template, ("address",))

    def _check_variables(self, topology: Topology) -> None:
        for process in topology.processes.values():
            origins: dict[str, str] = {}
            given = [(variable, f"ports.{port}") for port, variable in process.ports.items()]
            given += [(edge.env, f'edges."{edge}"') for edge in topology.edges_from(process.name)]
            if process.role is Role.SERVICE:
                given += [(variable, "environment") for variable in topology.environment]
            given += [(variable, "its own environment") for variable in process.environment]
            for variable, origin in given:
                if variable in origins:
                    self._table.fail(f"{process.name}", f"{variable} is set twice, by {origins[variable]} and by {origin}")
                origins[variable] = origin


def _server(name: str, table: Table) -> Server:
    server = Server(name, table.text("kind"), table.flag("durable", default=False), table.texts("schemas", ()))
    if server.kind not in SERVER_PLACEHOLDERS:
        table.fail("kind", f"{server.kind} is not one of {', '.join(SERVER_PLACEHOLDERS)}")
    table.done()
    return server


def _process(name: str, role: Role, table: Table) -> Process:
    ports = table.ports("ports")
    health = table.table("health", required=True)
    process = Process(
        name=name,
        role=role,
        command=table.texts("command"),
        health=Health(health.text("kind"), health.text("port"), health.text("path", "/")),
        ports=ports,
        migrate=table.texts("migrate", ()),
        environment=table.environment("environment", ENVIRONMENT_PLACEHOLDERS),
        about=table.text("about", ""),
    )
    if not process.command:
        table.fail("command", "is empty")
    for key, words in (("command", process.command), ("migrate", process.migrate)):
        table.known(key, " ".join(words), COMMAND_PLACEHOLDERS)
    if process.health.kind not in HEALTH_KINDS:
        health.fail("kind", f"{process.health.kind} is not one of {', '.join(sorted(HEALTH_KINDS))}")
    if process.health.port not in ports:
        health.fail("port", f"{process.health.port} is not one of the ports of {name} ({', '.join(ports)})")
    health.done()
    table.done()
    return process
