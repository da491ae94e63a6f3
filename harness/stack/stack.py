"""The system under test as one object: start, inject faults, read addresses, stop; nothing is left afterwards.

    with Stack(Topology.load(path), provider, folder=folder, instances={"order": 2}) as stack:
        stack.kill("order-1")
        stack.boot("order-1")
        stack.wait_ready("order-1")

The interface is synchronous; asynchronous callers use asyncio.to_thread. Its methods may be called from several threads.
"""

import os
import secrets
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from harness.seed import Seed
from harness.stack import manifest
from harness.stack.assembly import Assembly
from harness.stack.blueprint import Blueprint
from harness.stack.capabilities import Cuttable, Killable, Pausable, Restartable
from harness.stack.carriers import Carrier
from harness.stack.carriers.processes import OwnProxy
from harness.stack.docker.engine import Engine
from harness.stack.edges import MEMBER
from harness.stack.errors import CapabilityMissing, LeftOvers, NoSuchMember, StackError
from harness.stack.events import Phase, Progress, StackEvent, silent
from harness.stack.guard import Guard
from harness.stack.instances import check_services, plan_instances
from harness.stack.manifest import Manifest, MysqlAccess, ProcessId, State
from harness.stack.marker import Mark, marked
from harness.stack.placeholders import fill
from harness.stack.ports import HOST, Ports
from harness.stack.process import Supervised
from harness.stack.provider import Capability, Member, Provider, RunningServer
from harness.stack.scratch import Scratch
from harness.stack.stack_folder import StackFolder
from harness.stack.start_order import run_steps
from harness.stack.topology import Topology
from harness.stack.view import StackView


class Stack(StackView):
    """A stack that this process owns. It is started once; when it has stopped its logs are still there."""

    def __init__(
        self,
        topology: Topology,
        provider: Provider,
        *,
        folder: Path,
        instances: Mapping[str, int] | None = None,
        entry_port: int | None = None,
        environment: Mapping[str, Mapping[str, str]] | None = None,
        proxied: Seed | None = None,
        carrier: Carrier | None = None,
        scratch: Scratch | None = None,
        next_build: Topology | None = None,
        owned: Callable[[], None] = lambda: None,
    ) -> None:
        """`instances` per service (default 1); `environment` per service overrides the topology's.

        A native server can be given an environment too.

        With `proxied` every edge runs through a proxy, seeded with it; `carrier` is the proxy server
        (default: the project's own). `scratch` is a temporary folder around `folder`, which is removed with the stack when
        its process has ended. `owned` is called when the folder is locked, before anything is started.

        `next_build` is another build of the same services: see `use_next_build`.
        `entry_port` is the port of the entry service; default: a free one. Raises StackError for unknown services.
        """
        self._topology = topology
        self._provider = provider
        self._run = StackFolder(folder)
        self._counts = dict(instances or {})
        self._entry_port = entry_port
        self._overrides = {service: dict(values) for service, values in (environment or {}).items()}
        check_services(topology, self._counts, "instances")
        check_services(topology, self._overrides.keys() - topology.servers.keys(), "environment")
        self._proxied_by = proxied
        self._carrier = carrier or OwnProxy()
        self._scratch = scratch
        self._next_build = next_build
        self._owned = owned
        self._mark = Mark(secrets.token_hex(8), self._run.logs)
        wanted = (*topology.secret_names(), *(next_build.secret_names() if next_build is not None else ()))
        self._secrets = {name: secrets.token_hex(32) for name in dict.fromkeys(wanted)}
        self._ports = Ports()
        self._guard: Guard | None = None
        self._blueprint: Blueprint | None = None
        self._assembly: Assembly | None = None
        self._writing = threading.Lock()
        self._touched: set[str] = set()
        self._state = State.STARTING
        self._started = False

    # -- from start to stop ------------------------------------------------------------------------------------------

    def start(self, progress: Progress = silent) -> Self:
        """Start everything and return when all of it is ready.

        Raises StackBusy, PortTaken, ServerMissing or StartFailed (with the last lines of a log); then, as after an
        interrupt, nothing is left running.
        """
        if self._started:
            raise StackError("a stack is started once; make a new one")
        self._started = True
        report = _one_at_a_time(progress)
        try:
            lock = self._run.acquire()
            self._owned()
            engine = self._engine
            self._guard = Guard(self._mark, self._run.passing, lock, self._run.path / "guard.log", engine, self._scratch)
            self._blueprint = Blueprint(
                mark=self._mark,
                topology=self._topology,
                provider=self._provider,
                planned=plan_instances(self._topology, self._counts, self._entry_port, self._ports),
                run=self._run,
                ports=self._ports,
                secrets=self._secrets,
                overrides=self._overrides,
                proxied=self._proxied_by,
                carrier=self._carrier,
                next_build=self._next_build,
            )
            self._assembly = Assembly(self._blueprint, report)
            self._write_manifest()
            self._provider.prepare(
                tuple(self._topology.servers.values()),
                lambda text: report(StackEvent(Phase.NOTE, self._provider.name, detail=text)),
            )
            if self._proxied_by is not None:
                self._carrier.prepare(lambda text: report(StackEvent(Phase.NOTE, MEMBER, detail=text)))
            run_steps(self._assembly.steps(), self._assembly.cancelled)
            self._state = State.READY
            self._write_manifest()
        except BaseException:
            try:
                if self._assembly is not None:
                    self._assembly.kill()
            finally:
                self._release()
            raise
        return self

    def stop(self, progress: Progress = silent) -> None:
        """Stop everything, services in an orderly way. Does nothing when there is nothing to stop.

        Raises LeftOvers when a process or container survived its member; it has been killed.
        """
        if self._guard is None or self._assembly is None:
            return
        self._state = State.STOPPING
        try:
            self._write_manifest()
            self._assembly.stop(_one_at_a_time(progress))
            left, boxes = marked(self._mark), self._containers()
        finally:
            self._release()
        if left:
            raise LeftOvers(f"processes left over, killed now: {', '.join(map(str, left))}")
        if boxes:
            raise LeftOvers(f"containers left over, removed now: {', '.join(boxes)}")

    def __enter__(self) -> Self:
        return self if self._started else self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def _engine(self) -> Path | None:
        """The engine that runs containers of this stack (servers or carrier)."""
        ours = self._provider.engine
        return self._carrier.engine if ours is None and self._proxied_by is not None else ours

    def _containers(self) -> list[str]:
        engine = self._engine
        return Engine(engine).containers(self._mark.labels()) if engine is not None else []

    def _release(self) -> None:
        """Let the guard remove what is left, then release ports and folder."""
        guard, self._guard = self._guard, None
        try:
            if guard is not None:
                guard.release()
        finally:
            self._ports.release()
            self._run.release()

    # -- what can be done to a member --------------------------------------------------------------------------------

    def can(self, name: str, capability: Capability) -> bool:
        """Whether a member, or an edge, has a capability."""
        if capability is Cuttable:
            return name in self.edges()
        return isinstance(self._member(name), capability)

    def kill(self, name: str) -> None:
        """SIGKILL all processes of a member; returns when they are gone."""
        member = self._capable(name, Killable)
        self._touched.add(name)
        member.kill()

    def pause(self, name: str) -> None:
        """Freeze a member. Raises StackError when it does not run."""
        member = self._capable(name, Pausable)
        self._touched.add(name)
        member.pause()

    def resume(self, name: str) -> None:
        """Continue a paused member. Raises StackError when it does not run."""
        self._capable(name, Pausable).resume()

    def terminate(self, name: str, grace_s: float = 10.0) -> bool:
        """SIGTERM, SIGKILL after `grace_s` seconds; returns when its processes are gone. Whether it ended by itself."""
        member = self._capable(name, Restartable)
        self._touched.add(name)
        return member.terminate(grace_s)

    def boot(self, name: str) -> None:
        """Start a stopped or killed member again: same ports, data kept. Returns when started, not when ready."""
        self._capable(name, Restartable).boot()
        self._write_manifest()

    def wait_ready(self, name: str, timeout_s: float = 30.0) -> None:
        """Return when a member is ready. Raises StartFailed with the end of its log when it dies or takes too long."""
        self._member(name).wait_ready(timeout_s)

    def restart(self, name: str, timeout_s: float = 60.0) -> None:
        """Stop in an orderly way, start, and return when ready."""
        self.terminate(name)
        self.boot(name)
        self.wait_ready(name, timeout_s)

    # -- another build -----------------------------------------------------------------------------------------------

    @property
    def next_build(self) -> Path | None:
        """The services.toml of the build that instances can be started from later; None when there is none."""
        return self._next_build.source if self._next_build is not None else None

    def migrate_to_next_build(self) -> None:
        """Run the next build's migrations on the databases, while everything runs. Raises StackError, StartFailed."""
        if self._assembly is None:
            raise StackError("the stack does not run")
        self._assembly.migrate_to_next_build()

    def use_next_build(self, name: str) -> None:
        """From its next start on, an instance that is stopped now is one of the next build. Raises StackError."""
        self._capable(name, Restartable)
        assert self._assembly is not None  # noqa: S101 - it has members
        self._assembly.use_next_build(name)

    def runs_in(self, name: str) -> Path | None:
        """The folder that an instance's process works in, as the system says; None when it does not run."""
        member = self._member(name)
        return member.runs_in if isinstance(member, Supervised) else None

    @property
    def touched(self) -> frozenset[str]:
        """Members killed, paused or terminated through this object since `forget_touched`."""
        return frozenset(self._touched)

    def forget_touched(self) -> None:
        """Clear `touched`."""
        self._touched.clear()

    def _member(self, name: str) -> Member:
        members = self._assembly.members if self._assembly is not None else {}
        if name not in members:
            raise NoSuchMember(f"this stack has no member {name}; it has {', '.join(members) or 'none'}")
        return members[name]

    def _capable(self, name: str, capability: Capability) -> Member:
        member = self._member(name)
        if not isinstance(member, capability):
            raise CapabilityMissing(f"{name} is not {capability.__name__} with provider {self._provider.name}")
        return member

    # -- StackView ---------------------------------------------------------------------------------------------------

    @property
    def folder(self) -> Path:
        """The run folder."""
        return self._run.path

    @property
    def mark(self) -> Mark:
        """The marker of all its processes."""
        return self._mark

    @property
    def topology(self) -> Topology:
        """The topology it is built from."""
        return self._topology

    @property
    def manifest(self) -> Manifest:
        """See StackView."""
        owner = ProcessId.of(os.getpid())
        assert owner is not None  # noqa: S101 - we are running
        assembly, blueprint, topology = self._assembly, self._blueprint, self._topology
        servers = dict(assembly.servers) if assembly is not None else {}
        planned = blueprint.planned if blueprint is not None else ()
        return Manifest(
            version=manifest.VERSION,
            stack=self._mark.stack,
            name=topology.name,
            state=self._state,
            provider=self._provider.name,
            owner=owner,
            topology=topology.source,
            entry=f"{topology.entry}-1",
            pages=topology.pages,
            alarms=dict(topology.alarms),
            members=tuple(assembly.records()) if assembly is not None else (),
            edges={each.name: assembly.addresses(each) for each in planned} if assembly is not None else {},
            mysql={name: access for server in servers.values() for name, access in _schemas(server).items()},
            amqp_url=next((_amqp(server) for server in servers.values() if server.server.kind == "rabbitmq"), None),
            secrets=self._secrets,
            shown={
                name: fill(text, {"instance": "", "service": ""}, self._secrets.__getitem__)
                for name, text in topology.shown().items()
            },
            engine=self._engine,
            settings=self._overrides,
            admin={server.server.name: server.admin for server in servers.values() if server.admin is not None},
            proxy=assembly.edges.url if assembly is not None and assembly.edges is not None else None,
            proxied=dict(assembly.edges.listening) if assembly is not None and assembly.edges is not None else {},
        )

    def _write_manifest(self) -> None:
        with self._writing:
            manifest.write(self._run.path, self.manifest)


def _schemas(server: RunningServer) -> dict[str, MysqlAccess]:
    return {schema: MysqlAccess(host=HOST, port=server.port, **server.access(schema)) for schema in server.server.schemas}


def _amqp(server: RunningServer) -> str:
    access = server.access("")
    return f"amqp://{access['user']}:{access['password']}@{HOST}:{server.port}/{access['vhost']}"


def _one_at_a_time(progress: Progress) -> Progress:
    """Serialise calls: members report from several threads."""
    lock = threading.Lock()

    def report(event: StackEvent) -> None:
        with lock:
            progress(event)

    return report
