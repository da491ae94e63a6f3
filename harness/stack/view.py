"""Read access to a stack: the same for its owner and for an attached process."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.stack.docker.engine import Engine, look
from harness.stack.edges import ProxiedEdge
from harness.stack.errors import CapabilityMissing, NoSuchMember, StackError
from harness.stack.manifest import Manifest, MemberRecord, MysqlAccess, State
from harness.stack.ports import HOST
from harness.stack.topology import Role


@dataclass(frozen=True)
class Instance:
    """A member of a stack at one moment. `service` is its name in services.toml, `kind` that of a server.

    `pid` is its first process, for a container in the numbering of the engine's host.
    """

    name: str
    service: str
    role: Role
    kind: str
    ports: Mapping[str, int]
    pid: int | None
    log: Path
    alive: bool


class StackView(ABC):
    """Addresses, credentials and members. Every method raises NoSuchMember for a name the stack does not have."""

    @property
    @abstractmethod
    def manifest(self) -> Manifest:
        """The current content of stack.json."""

    @property
    @abstractmethod
    def folder(self) -> Path:
        """The run folder."""

    @property
    def state(self) -> State:
        """Starting, ready or stopping."""
        return self.manifest.state

    def instances(self, service: str | None = None) -> tuple[Instance, ...]:
        """All members, servers first; or those of one service."""
        manifest = self.manifest
        members = tuple(_instance(record, manifest) for record in manifest.members if service in (None, record.service))
        if service is not None and not members:
            raise self._nothing_called(service)
        return members

    def instance(self, name: str) -> Instance:
        """One member."""
        return _instance(self._record(name), self.manifest)

    def address(self, name: str, port: str | None = None) -> str:
        """host:port of a member's port of that name; of its first port without one."""
        ports = self._record(name).ports
        if port is None:
            port = next(iter(ports))
        if port not in ports:
            raise NoSuchMember(f"{name} has no port {port}; it has {', '.join(ports)}")
        return f"{HOST}:{ports[port]}"

    def edge_addresses(self, caller: str, callee: str) -> tuple[str, ...]:
        """host:port of every target, as this instance was given it."""
        self._record(caller)
        try:
            return self.manifest.edges[caller][callee]
        except KeyError as error:
            raise NoSuchMember(f"there is no edge {caller}->{callee}") from error

    def edges(self) -> tuple[str, ...]:
        """The edges that run through a proxy, as caller->target; none when the stack is not proxied."""
        return tuple(self.manifest.proxied)

    @property
    def proxy_url(self) -> str | None:
        """The control API of the proxy that carries the edges; None when the stack is not proxied."""
        return self.manifest.proxy

    def cut(self, edge: str) -> None:
        """Cut an edge: its connections are closed, new ones refused. Raises CapabilityMissing, NoSuchMember, EdgeFailed."""
        self._proxied(edge).cut()

    def mend(self, edge: str) -> None:
        """Accept connections through an edge again. Raises CapabilityMissing, NoSuchMember, EdgeFailed."""
        self._proxied(edge).mend()

    def _proxied(self, edge: str) -> ProxiedEdge:
        manifest = self.manifest
        if manifest.proxy is None:
            raise CapabilityMissing(f"{edge} is not Cuttable: the edges of this stack run through no proxy")
        if edge not in manifest.proxied:
            raise NoSuchMember(f"this stack has no edge {edge}; it has {', '.join(manifest.proxied)}")
        return ProxiedEdge(manifest.proxy, edge)

    @property
    def base_url(self) -> str:
        """The URL of the entry service."""
        return f"http://{self.address(self.manifest.entry, 'http')}"

    @property
    def amqp_url(self) -> str:
        """The URL of the broker, with credentials. Raises StackError when the stack has none."""
        if self.manifest.amqp_url is None:
            raise StackError("this stack has no rabbitmq")
        return self.manifest.amqp_url

    def mysql(self, schema: str) -> MysqlAccess:
        """The schema of one service."""
        try:
            return self.manifest.mysql[schema]
        except KeyError as error:
            raise self._nothing_called(schema, "schema") from error

    def redis_url(self, name: str) -> str:
        """The URL of a redis server. Raises NoSuchMember for one of another kind."""
        if self._record(name).kind != "redis":
            raise NoSuchMember(f"{name} is not a redis server")
        return f"redis://{self.address(name)}/0"

    def secret(self, name: str) -> str:
        """The value of {secret:NAME} in this stack."""
        try:
            return self.manifest.secrets[name]
        except KeyError as error:
            raise self._nothing_called(name, "secret") from error

    def logs(self, name: str) -> Path:
        """The log file of a member."""
        return self._record(name).log

    def _record(self, name: str) -> MemberRecord:
        for record in self.manifest.members:
            if record.name == name:
                return record
        raise self._nothing_called(name)

    def _nothing_called(self, name: str, what: str = "member") -> NoSuchMember:
        known = {
            "member": [record.name for record in self.manifest.members],
            "schema": list(self.manifest.mysql),
            "secret": list(self.manifest.secrets),
        }
        return NoSuchMember(f"this stack has no {what} {name}; it has {', '.join(known[what])}")


def _instance(record: MemberRecord, manifest: Manifest) -> Instance:
    process = record.process
    pid, alive = process.pid if process else None, process is not None and process.alive
    if record.container is not None and manifest.engine is not None:
        now = look(Engine(manifest.engine), record.container)
        pid, alive = now.pid or None, now.running
    return Instance(
        name=record.name,
        service=record.service,
        role=record.role,
        kind=record.kind,
        ports=record.ports,
        pid=pid,
        log=record.log,
        alive=alive,
    )
