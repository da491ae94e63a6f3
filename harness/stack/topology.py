"""The parts of a stack: a services.toml, read and checked.

A Topology that was loaded is consistent: every edge leads from a process to something that exists and has that port, no
environment variable of a process is set twice, and every placeholder can be filled.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from harness.stack.placeholders import secrets_in
from harness.stack.services_toml import EdgeTable, ProcessTable, ServicesToml, read


class Role(StrEnum):
    """Servers are third-party programs, sandboxes simulate external systems, services are the system under test.

    The proxy belongs to the harness.
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
    """The readiness check of a process: `kind` is http, grpc or tcp, `port` the name of one of its ports."""

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
    """The variable `env` gives `caller` the addresses of `callee`: `template` filled for each target, joined by commas."""

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
    `show` names variables to be shown to users. `migrate` does for all of a new
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
    alarms: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> "Topology":
        """Read and check `path`. Raises TopologyError naming file and key of every problem, a line each."""
        source = path.resolve()
        return _topology(source, read(source))

    def services(self) -> tuple[Process, ...]:
        """The services, in the order of the file."""
        return tuple(process for process in self.processes.values() if process.role is Role.SERVICE)

    def edges_from(self, caller: str) -> tuple[Edge, ...]:
        """The edges that begin at `caller`."""
        return tuple(edge for edge in self.edges if edge.caller == caller)

    def shown(self) -> Mapping[str, str]:
        """The texts of the variables in `show`, from [environment] or from a service that has one of that name."""
        given = dict(self.environment)
        for process in self.services():
            given = {**process.environment, **given}
        return {name: given[name] for name in self.show}

    def secret_names(self) -> tuple[str, ...]:
        """Every secret the environment of any process asks for, without repetition."""
        texts = [*self.environment.values()]
        for process in self.processes.values():
            texts.extend(process.environment.values())
        return tuple(dict.fromkeys(name for text in texts for name in secrets_in(text)))


def _topology(source: Path, file: ServicesToml) -> Topology:
    stack = file.stack
    sandboxes = {name: _process(name, Role.SANDBOX, table) for name, table in file.sandboxes.items()}
    services = {name: _process(name, Role.SERVICE, table) for name, table in file.services.items()}
    return Topology(
        source=source,
        root=(source.parent / stack.root).resolve(),
        name=stack.name,
        entry=stack.entry,
        entry_port=stack.entry_port,
        pages=tuple(stack.pages),
        alarms=dict(stack.alarms),
        show=tuple(stack.show),
        servers={name: Server(name, table.kind, table.durable, tuple(table.schemas)) for name, table in file.servers.items()},
        processes={**sandboxes, **services},
        environment=file.environment,
        edges=tuple(_edge(name, table) for name, table in file.edges.items()),
        migrate=tuple(stack.migrate),
    )


def _process(name: str, role: Role, table: ProcessTable) -> Process:
    return Process(
        name=name,
        role=role,
        command=tuple(table.command),
        health=Health(table.health.kind, table.health.port, table.health.path),
        ports=table.ports,
        migrate=tuple(table.migrate),
        environment=table.environment,
        about=table.about,
    )


def _edge(name: str, table: EdgeTable) -> Edge:
    caller, _, callee = name.partition("->")
    return Edge(caller, callee, table.env, table.template, table.port)
