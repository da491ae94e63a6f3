"""Put a stack together: servers, then migrations, then processes, each as soon as what it needs is ready.

Holds everything that was started. Folder lock, guard and manifest belong to `stack`.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

from harness.seed import Seed
from harness.stack.carriers import Carrier, RunningCarrier
from harness.stack.carriers.processes import OwnProxy
from harness.stack.edges import MEMBER, EdgeFailed, Edges, edge_name
from harness.stack.environment import Wiring, environment_of, inherited, prefixed
from harness.stack.events import Phase, Progress, StackEvent, silent
from harness.stack.instances import Planned
from harness.stack.manifest import MemberRecord, ProcessId
from harness.stack.marker import Mark
from harness.stack.placeholders import fill
from harness.stack.ports import HOST, Ports
from harness.stack.probes import Probe, probe_for
from harness.stack.process import Launch, Supervised
from harness.stack.provider import Member, Provider, RunningServer, Site
from harness.stack.stack_folder import StackFolder
from harness.stack.start_order import Step
from harness.stack.topology import Process, Role, Topology
from harness.waiting import WaitCancelled

_PROCESS_READY_S = 60.0
_MIGRATE_S = 120.0


@dataclass(frozen=True)
class Blueprint:
    """What is to be built, where, and under which mark. `secrets` has every secret; `overrides` is per service or server.

    With a seed in `proxied` the edges run through `carrier`, which is started with that seed.
    """

    mark: Mark
    topology: Topology
    provider: Provider
    planned: tuple[Planned, ...]
    run: StackFolder
    ports: Ports
    secrets: Mapping[str, str]
    overrides: Mapping[str, Mapping[str, str]]
    proxied: Seed | None = None
    carrier: Carrier = field(default_factory=OwnProxy)


class Assembly:
    """Starts and stops the members of one stack."""

    def __init__(self, blueprint: Blueprint, progress: Progress) -> None:
        self._blueprint = blueprint
        self._progress = progress
        self._lock = threading.Lock()
        # Servers still boot, and the slowest one bounds the start: jobs leave one processor to it.
        self._jobs = threading.BoundedSemaphore(max(1, (os.cpu_count() or 1) - 1))
        self.cancelled = threading.Event()
        self.servers: dict[str, RunningServer] = {}
        self.members: dict[str, Member] = {}
        self.edges: Edges | None = None
        self._running_carrier: RunningCarrier | None = None

    # -- starting ----------------------------------------------------------------------------------------------------

    def steps(self) -> list[Step]:
        """All steps of a start: servers first, the slowest to boot before the others."""
        topology, provider = self._blueprint.topology, self._blueprint.provider
        servers = sorted(topology.servers.values(), key=provider.boot_order)
        steps = [Step(server.name, partial(self._start_server, server.name)) for server in servers]
        seed = self._blueprint.proxied
        proxy = (MEMBER,) if seed is not None else ()
        steps += [Step(MEMBER, partial(self._start_proxy, seed))] if seed is not None else []
        migrations = self._migrations()
        for job in dict.fromkeys(migrations.values()):
            of = tuple(topology.processes[name] for name, its in migrations.items() if its == job)
            databases = tuple(dict.fromkeys(database for process in of for database in self._databases_of(process.name)))
            steps.append(Step(job, partial(self._migrate, job, of), databases))
        for planned in self._blueprint.planned:
            name = planned.process.name
            needs = (*proxy, *self._servers_of(name), *([migrations[name]] if name in migrations else ()))
            steps.append(Step(planned.name, partial(self._start_process, planned), needs))
        return steps

    def _site(self, name: str) -> Site:
        blueprint = self._blueprint
        return Site(
            mark=blueprint.mark.of(name),
            vhost=blueprint.topology.name,
            folder=blueprint.run.data / name,
            ports=blueprint.ports,
            cancelled=self.cancelled,
            environment=blueprint.overrides.get(name, {}),
        )

    def _start_server(self, name: str) -> None:
        blueprint = self._blueprint
        with reported(self._progress, name):
            server = blueprint.provider.start(blueprint.topology.servers[name], self._site(name))
            with self._lock:
                self.servers[name] = server
                self.members[name] = server.member

    def _start_proxy(self, seed: Seed) -> None:
        """A proxy server that will carry every edge."""
        with reported(self._progress, MEMBER):
            running = self._blueprint.carrier.start(self._site(MEMBER), seed)
            with self._lock:
                self._running_carrier = running
                if running.member is not None:
                    self.members[MEMBER] = running.member
            self.edges = Edges(running.url, self._blueprint.ports)

    def _migrations(self) -> dict[str, str]:
        """The job that has to be over before a service starts, by its name: one for all, or one for each."""
        topology = self._blueprint.topology
        return {
            process.name: "migrate" if topology.migrate else f"{process.name}-migrate"
            for process in topology.processes.values()
            if process.migrate
        }

    def _migrate(self, name: str, of: Sequence[Process]) -> None:
        together = self._blueprint.topology.migrate
        environment = (
            prefixed({process.name: self._migrating(process) for process in of}) if together else self._migrating(of[0])
        )
        job = self._launched(name, together or of[0].migrate, environment)
        with self._jobs, reported(self._progress, job.name):
            try:
                job.boot()
                job.wait_ended(_MIGRATE_S, self.cancelled)
            finally:
                job.kill()

    def _migrating(self, process: Process) -> dict[str, str]:
        # The first instance's environment, with the addresses of its databases only: other servers may not run yet.
        first = next(planned for planned in self._blueprint.planned if planned.process is process)
        told = self._databases_of(process.name)
        addresses = {callee: tuple(targets.values()) for callee, targets in self._targets(process).items() if callee in told}
        return self._environment(first, addresses)

    def _start_process(self, planned: Planned) -> None:
        probe = probe_for(planned.process.health, planned.ports)
        addresses = self.addresses(planned)
        member = self._launched(planned.name, planned.process.command, self._environment(planned, addresses), probe)
        with self._lock:
            self.members[planned.name] = member
        with reported(self._progress, planned.name):
            member.boot()
            member.wait_ready(_PROCESS_READY_S, self.cancelled)

    def _environment(self, planned: Planned, addresses: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
        """The environment of an instance, with these addresses of its callees."""
        blueprint, process = self._blueprint, planned.process
        wiring = Wiring(
            instance=planned.name,
            ports=planned.ports,
            addresses=addresses,
            access={name: self.servers[name].access(process.name) for name in addresses if name in self.servers},
        )
        return environment_of(
            blueprint.topology,
            process,
            wiring,
            blueprint.secrets.__getitem__,
            blueprint.overrides.get(process.name),
        )

    def _launched(
        self, name: str, command: tuple[str, ...], environment: Mapping[str, str], probe: Probe = lambda: True
    ) -> Supervised:
        blueprint = self._blueprint
        return Supervised(
            Launch(
                name=name,
                command=tuple(fill(word, {"python": sys.executable}) for word in command),
                environment={**inherited(), **environment},
                mark=blueprint.mark.of(name),
                cwd=blueprint.topology.root,
                probe=probe,
            )
        )

    def _servers_of(self, process: str) -> tuple[str, ...]:
        topology = self._blueprint.topology
        return tuple(edge.callee for edge in topology.edges_from(process) if edge.callee in topology.servers)

    def _databases_of(self, process: str) -> tuple[str, ...]:
        servers = self._blueprint.topology.servers
        return tuple(callee for callee in self._servers_of(process) if process in servers[callee].schemas)

    # -- reading -----------------------------------------------------------------------------------------------------

    def addresses(self, planned: Planned) -> dict[str, tuple[str, ...]]:
        """host:port of every target as the instance is given it, per callee; without servers that are not ready yet."""
        edges, targets = self.edges, self._targets(planned.process)
        if edges is None:
            return {callee: tuple(found.values()) for callee, found in targets.items()}
        return {
            callee: tuple(edges.through(edge_name(planned.name, name), address) for name, address in found.items())
            for callee, found in targets.items()
        }

    def _targets(self, process: Process) -> dict[str, dict[str, str]]:
        """host:port of every target by name, per callee; without servers that are not ready yet."""
        found: dict[str, dict[str, str]] = {}
        for edge in self._blueprint.topology.edges_from(process.name):
            if edge.callee in self.servers:
                found[edge.callee] = {edge.callee: f"{HOST}:{self.servers[edge.callee].port}"}
            elif edge.callee not in self._blueprint.topology.servers:
                found[edge.callee] = {
                    target.name: f"{HOST}:{target.ports[edge.port]}"
                    for target in self._blueprint.planned
                    if target.process.name == edge.callee
                }
        return found

    def records(self) -> Iterator[MemberRecord]:
        """Everything that was started, servers first, in the order of the topology."""
        if (running := self._running_carrier) is not None and running.member is not None:
            yield self._record(running.member, MEMBER, Role.PROXY, running.ports, container=running.container)
        for name in self._blueprint.topology.servers:
            if server := self.servers.get(name):
                yield self._record_of(server)
        for planned in self._blueprint.planned:
            if member := self.members.get(planned.name):
                yield self._record(member, planned.process.name, planned.process.role, planned.ports)

    def _record_of(self, server: RunningServer) -> MemberRecord:
        name, kind = server.server.name, server.server.kind
        return self._record(server.member, name, Role.SERVER, server.ports, kind, server.container)

    @staticmethod
    def _record(
        member: Member, service: str, role: Role, ports: Mapping[str, int], kind: str = "", container: str | None = None
    ) -> MemberRecord:
        ours = container is None and member.pid is not None and member.alive
        process = ProcessId.of(member.pid) if ours and member.pid is not None else None
        return MemberRecord(member.name, service, role, kind, dict(ports), member.log, process, container)

    # -- stopping ----------------------------------------------------------------------------------------------------

    def stop(self, progress: Progress) -> None:
        """Services end in an orderly way, all at once; then everything else is killed.

        The servers' data is removed as well, so an orderly stop of theirs would save nothing.
        """
        services = [planned.name for planned in self._blueprint.planned if planned.process.role is Role.SERVICE]
        self._each(services, lambda member: member.terminate(), progress)
        self._each([name for name in self.members if name not in services], self._end, progress)
        self._leave_as_it_was()

    def kill(self) -> None:
        """SIGKILL every member at once, after a start that failed."""
        self._each(list(self.members), self._end, silent)
        with suppress(EdgeFailed):  # the start may have failed because of exactly that
            self._leave_as_it_was()

    def _end(self, member: Member) -> None:
        member.kill()
        if server := self.servers.get(member.name):
            server.discard()
        if member.name == MEMBER and self._running_carrier is not None:
            self._running_carrier.discard()

    def _leave_as_it_was(self) -> None:
        """Remove the stack's proxies from a carrier that the stack does not own."""
        if self._running_carrier is not None and self._running_carrier.member is None and self.edges is not None:
            self.edges.remove()

    def _each(self, names: Iterable[str], action: Callable[[Member], None], progress: Progress) -> None:
        members = [self.members[name] for name in names if name in self.members]

        def act(member: Member) -> None:
            with reported(progress, member.name, Phase.STOPPING, Phase.STOPPED):
                action(member)

        with ThreadPoolExecutor(max_workers=max(1, len(members)), thread_name_prefix="stack-stop") as pool:
            for future in [pool.submit(act, member) for member in members]:
                future.result()


@contextmanager
def reported(progress: Progress, name: str, before: Phase = Phase.STARTING, after: Phase = Phase.READY) -> Iterator[None]:
    """Report the begin of a step, its result and its duration in seconds."""
    begin = time.monotonic()
    progress(StackEvent(before, name))
    try:
        yield
    except WaitCancelled:  # another step has failed
        raise
    except BaseException as error:
        progress(StackEvent(Phase.FAILED, name, time.monotonic() - begin, str(error)))
        raise
    progress(StackEvent(after, name, time.monotonic() - begin))
