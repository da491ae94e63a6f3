"""stack.json: what another process has to know to use a running stack. Holds secrets, so only its owner may read it."""

import os
import tempfile
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import psutil
from pydantic import TypeAdapter, ValidationError

from harness.stack.errors import NotAttachable
from harness.stack.topology import Role

FILE = "stack.json"
VERSION = 1


class State(StrEnum):
    """The state of the whole stack."""

    STARTING = "starting"
    READY = "ready"
    STOPPING = "stopping"


@dataclass(frozen=True)
class ProcessId:
    """A process, distinct from a later one with the same pid; `started` is in seconds since the epoch."""

    pid: int
    started: float

    @classmethod
    def of(cls, pid: int) -> "ProcessId | None":
        """The process that has this pid now, None when there is none."""
        try:
            return cls(pid, psutil.Process(pid).create_time())
        except psutil.Error:
            return None

    @property
    def alive(self) -> bool:
        """Whether it still runs; a zombie does not."""
        try:
            process = psutil.Process(self.pid)
            return process.create_time() == self.started and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False


@dataclass(frozen=True)
class MysqlAccess:
    """Address and credentials of one schema."""

    host: str
    port: int
    user: str
    password: str
    schema: str


@dataclass(frozen=True)
class AdminAccess:
    """How to make schemas or virtual hosts on a server; for rabbitmq `port` is the node's own and `password` its cookie."""

    port: int
    user: str
    password: str


@dataclass(frozen=True)
class MemberRecord:
    """A server, sandbox or instance of a service. `service` is its name in services.toml, `kind` that of a server.

    It is a process or a container; a container's processes are the engine's.
    """

    name: str
    service: str
    role: Role
    kind: str
    ports: dict[str, int]
    log: Path
    process: ProcessId | None = None
    container: str | None = None


@dataclass(frozen=True)
class Manifest:
    """A stack as other processes see it. `edges` maps caller instance and callee to the addresses the caller was given.

    `shown` are variables shown to users of the system, such as its first login. `engine` is the socket
    of the engine that containers live in. `proxy` is the control API of the proxy that carries the edges, `proxied` where
    that listens, by edge. `admin` has the servers that namespaces are made on, by name. `settings` are the variables, by
    service, that were chosen for this stack in place of what its topology says.
    """

    version: int
    stack: str
    name: str
    state: State
    provider: str
    owner: ProcessId
    topology: Path
    entry: str
    pages: tuple[str, ...] = ()
    alarms: dict[str, str] = field(default_factory=dict)
    members: tuple[MemberRecord, ...] = ()
    edges: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    mysql: dict[str, MysqlAccess] = field(default_factory=dict)
    amqp_url: str | None = None
    secrets: dict[str, str] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    engine: Path | None = None
    proxy: str | None = None
    proxied: dict[str, str] = field(default_factory=dict)
    admin: dict[str, AdminAccess] = field(default_factory=dict)
    settings: dict[str, dict[str, str]] = field(default_factory=dict)


_ADAPTER = TypeAdapter(Manifest)


def write(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest in `folder` atomically."""
    handle, name = tempfile.mkstemp(dir=folder, prefix=f".{FILE}.")  # mode 0600
    with os.fdopen(handle, "wb") as file:
        file.write(_ADAPTER.dump_json(manifest, indent=2))
    Path(name).replace(folder / FILE)


def read(folder: Path) -> Manifest:
    """The manifest in `folder`. Raises NotAttachable when there is none, or one of another version of this program."""
    path = folder / FILE
    try:
        manifest = _ADAPTER.validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise NotAttachable(f"no stack in {folder}") from error
    except ValidationError as error:
        raise NotAttachable(f"{path} was not written by this version of gauntlet: {error.errors()[0]['msg']}") from error
    if manifest.version != VERSION:
        raise NotAttachable(f"{path} has version {manifest.version}, this program reads {VERSION}")
    return manifest
