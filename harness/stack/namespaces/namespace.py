"""A namespace on the servers of a running stack: taken by an attached process, reset in ms, removed with the stack."""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import TracebackType
from typing import Self

from harness.stack.environment import Wiring, environment_of, inherited
from harness.stack.errors import NotAttachable
from harness.stack.manifest import MemberRecord, MysqlAccess

# Imported for their effect: each registers itself.
from harness.stack.namespaces import databases, schemas, vhosts  # noqa: F401 - see above
from harness.stack.namespaces.parts import PARTS, NamespaceFailed, Part, Spot
from harness.stack.namespaces.slots import Slot, take
from harness.stack.native.redis import DATABASES
from harness.stack.placeholders import placeholders_in
from harness.stack.ports import HOST
from harness.stack.topology import Edge, Topology
from harness.stack.view import StackView

_FOLDER = "namespaces"


class Namespace:
    """Its parts are made at their first use. Thread-safe.

    It belongs to the process that has taken it. When that is killed, whoever takes a namespace of the stack next removes what
    was left.
    """

    def __init__(self, stack: StackView, slot: Slot) -> None:
        """Use `take`."""
        self._stack = stack
        self._slot = slot
        self._parts: dict[tuple[str, str], _Once] = {}
        self._lock = threading.Lock()
        self._dropped = False

    @classmethod
    def take(cls, stack: StackView) -> Self:
        """A namespace of this process alone. Raises NoneFree, NamespaceFailed, NotAttachable when the stack has ended."""
        folder = stack.folder / "data" / _FOLDER
        try:
            folder.mkdir(exist_ok=True)
        except FileNotFoundError as error:
            raise NotAttachable(f"the stack in {stack.folder} does not run") from error

        def clear(slot: Slot) -> None:
            for server, schema_name in slot.made:
                _part(stack, slot.number, server, schema_name).remove()

        return cls(stack, take(folder, DATABASES - 1, clear))

    @property
    def name(self) -> str:
        """`ns3`: unique among the namespaces of this stack, for other names that must be unique."""
        return f"ns{self._slot.number}"

    @property
    def stack(self) -> StackView:
        """The stack whose servers it is on."""
        return self._stack

    # -- what is in it -----------------------------------------------------------------------------------------------

    def mysql(self, schema: str) -> MysqlAccess:
        """The namespace's schema in place of the stack's of this name, empty at first. Raises NoSuchMember, NamespaceFailed."""
        port = self._stack.mysql(schema).port
        server = next(record for record in self._stack.manifest.members if port in record.ports.values())
        return MysqlAccess(host=HOST, port=port, **self._made(server.name, schema).access())

    @property
    def amqp_url(self) -> str:
        """The URL of the broker, with credentials and the namespace's virtual host. Raises NoSuchMember, NamespaceFailed."""
        server = self._of_kind("rabbitmq")
        access = self._made(server.name).access()
        return f"amqp://{access['user']}:{access['password']}@{self._stack.address(server.name)}/{access['vhost']}"

    def redis_url(self, server: str) -> str:
        """The URL of the namespace's database on that server, empty at first. Raises NoSuchMember, NamespaceFailed."""
        whole = self._stack.redis_url(server).rpartition("/")[0]
        return f"{whole}/{self._made(server).access()['database']}"

    def make_all(self) -> None:
        """Make all parts now: for each schema, broker and Redis server of the stack. Raises NamespaceFailed."""
        manifest = self._stack.manifest
        todo = [partial(self.mysql, schema) for schema in manifest.mysql]
        others = (record.name for record in manifest.members if record.kind in PARTS and record.kind != schemas.Schema.kind)
        _at_once([*todo, *(partial(self._made, name) for name in others)])

    def environment(
        self, process: str, ports: Mapping[str, int], *, instance: str = "", overrides: Mapping[str, str] | None = None
    ) -> dict[str, str]:
        """Everything to run a process of the topology in this namespace: it shares the stack's servers and nothing on them.

        `ports` are its own, by their names in the topology; `instance` is its name. What it calls besides servers are
        the stack's own instances. Raises NoSuchMember, NamespaceFailed.
        """
        manifest, topology = self._stack.manifest, Topology.load(self._stack.manifest.topology)
        one = self._stack.instances(process)[0].name
        access = {}
        addresses = dict(manifest.edges[one])
        for edge in topology.edges_from(process):
            if (server := topology.servers.get(edge.callee)) is not None:
                addresses[edge.callee] = (self._stack.address(edge.callee),)
                access[edge.callee] = self._made(edge.callee, process if process in server.schemas else "").access()
                _check_apart(edge, access[edge.callee])
        wiring = Wiring(instance or f"{process}-{self.name}", ports, addresses, access)
        own = environment_of(topology, topology.processes[process], wiring, manifest.secrets.__getitem__, overrides)
        return {**inherited(), **own}

    # -- reset and removal -------------------------------------------------------------------------------

    def reset(self) -> None:
        """Empty all parts. Clients of its schemas and virtual host are disconnected."""
        with self._lock:
            _at_once([part.empty for part in self._parts.values()])

    def drop(self) -> None:
        """Remove all parts and free the number. No effect the second time."""
        with self._lock:
            if self._dropped:
                return
            self._dropped = True
            try:
                _at_once([part.remove for part in self._parts.values()])
                self._slot.forget()
            finally:
                self._slot.free()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.drop()

    def _made(self, server: str, schema: str = "") -> Part:
        with self._lock:
            if self._dropped:
                raise NamespaceFailed(f"{self.name} has been dropped")
            if (server, schema) not in self._parts:
                part = _part(self._stack, self._slot.number, server, schema)
                self._slot.note((server, schema))
                self._parts[server, schema] = _Once(part)
            once = self._parts[server, schema]
        return once.made()

    def _of_kind(self, kind: str) -> MemberRecord:
        for record in self._stack.manifest.members:
            if record.kind == kind:
                return record
        raise NamespaceFailed(f"this stack has no {kind}")


def _check_apart(edge: Edge, access: Mapping[str, str]) -> None:
    """Raises NamespaceFailed for an edge that would lead to what the stack itself uses."""
    apart = {"schema", "vhost", "database"} & access.keys()
    if missing := apart - set(placeholders_in(edge.template)):
        raise NamespaceFailed(f"{edge} cannot lead into a namespace: its template does not say {{{', '.join(missing)}}}")


class _Once:
    """A part, made by the first thread that asks; others wait."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._lock = threading.Lock()
        self._is_made = False

    def made(self) -> Part:
        with self._lock:
            if not self._is_made:
                self._part.make()
                self._is_made = True
            return self._part

    def empty(self) -> None:
        with self._lock:
            if self._is_made:
                self._part.empty()

    def remove(self) -> None:
        with self._lock:
            self._part.remove()
            self._is_made = False


def _at_once(actions: Sequence[Callable[[], object]]) -> None:
    """Run all concurrently; when all have ended the first failure is raised."""
    with ThreadPoolExecutor(max(1, len(actions)), thread_name_prefix="namespace") as pool:
        running = [pool.submit(action) for action in actions]
    for one in running:
        one.result()


def _part(stack: StackView, number: int, server: str, schema: str) -> Part:
    record = next((each for each in stack.manifest.members if each.name == server), None)
    if record is None or record.kind not in PARTS:
        raise NamespaceFailed(f"{server} is not a server that can have namespaces")
    return PARTS[record.kind](Spot(stack, record, schema, number))
