"""Put a stack together: servers, then migrations, then processes, each as soon as what it needs is ready.

Holds everything that was started. Folder lock, guard and manifest belong to `stack`.
"""

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial

from harness.seed import Seed
from harness.stack.blueprint import Blueprint
from harness.stack.carriers import RunningCarrier
from harness.stack.edges import MEMBER, EdgeFailed, Edges
from harness.stack.errors import StackError
from harness.stack.events import Phase, Progress, StackEvent, silent
from harness.stack.instances import Planned
from harness.stack.launching import Launching
from harness.stack.manifest import MemberRecord, ProcessId
from harness.stack.process import Supervised
from harness.stack.provider import Member, RunningServer, Site
from harness.stack.start_order import Step
from harness.stack.topology import Process, Role
from harness.waiting import WaitCancelled

_PROCESS_READY_S = 60.0
_MIGRATE_S = 120.0


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
        self._launching = Launching(blueprint, blueprint.topology, self.servers, lambda: self.edges)

    # -- starting ----------------------------------------------------------------------------------------------------

    def steps(self) -> list[Step]:
        """All steps of a start: servers first, the slowest to boot before the others."""
        topology, provider = self._blueprint.topology, self._blueprint.provider
        servers = sorted(topology.servers.values(), key=provider.boot_order)
        steps = [Step(server.name, partial(self._start_server, server.name)) for server in servers]
        seed = self._blueprint.proxied
        proxy = (MEMBER,) if seed is not None else ()
        steps += [Step(MEMBER, partial(self._start_proxy, seed))] if seed is not None else []
        launching = self._launching
        for job, of in launching.migrations().items():
            databases = tuple(dict.fromkeys(database for process in of for database in launching.databases_of(process.name)))
            steps.append(Step(job, partial(self._migrate, launching, job, of), databases))
        for planned in self._blueprint.planned:
            job = launching.job_of(planned.process)
            needs = (*proxy, *launching.servers_of(planned.process.name), *([job] if job else ()))
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

    def _migrate(self, launching: Launching, name: str, of: tuple[Process, ...]) -> None:
        job = Supervised(launching.migration(name, of))
        with self._jobs, reported(self._progress, job.name):
            try:
                job.boot()
                job.wait_ended(_MIGRATE_S, self.cancelled)
            finally:
                job.kill()

    def _start_process(self, planned: Planned) -> None:
        member = Supervised(self._launching.process(planned))
        with self._lock:
            self.members[planned.name] = member
        with reported(self._progress, planned.name):
            member.boot()
            member.wait_ready(_PROCESS_READY_S, self.cancelled)

    # -- another build -----------------------------------------------------------------------------------------------

    def migrate_to_next_build(self) -> None:
        """Run the migrations of the next build on the running databases. Raises StackError, StartFailed."""
        launching = self._next()
        for name, of in launching.migrations().items():
            self._migrate(launching, name, of)

    def use_next_build(self, name: str) -> None:
        """From its next start on, an instance is one of the next build, with the same ports. Raises StackError."""
        launching, member = self._next(), self.members[name]
        planned = next((each for each in self._blueprint.planned if each.name == name), None)
        process = launching.topology.processes.get(planned.process.name) if planned is not None else None
        if planned is None or process is None or not isinstance(member, Supervised):
            raise StackError(f"the next build has no {name}")
        if process.ports.keys() != planned.ports.keys():
            raise StackError(f"{name} has other ports in the next build: {', '.join(process.ports)}")
        member.relaunch_as(launching.process(replace(planned, process=process)))

    def _next(self) -> Launching:
        build = self._blueprint.next_build
        if build is None:
            raise StackError("this stack was given no next build")
        return replace(self._launching, topology=build)

    # -- reading -----------------------------------------------------------------------------------------------------

    def addresses(self, planned: Planned) -> dict[str, tuple[str, ...]]:
        """host:port of every target as the instance is given it, per callee; without servers that are not ready yet."""
        return self._launching.addresses(planned)

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

    def _each(self, names: Iterable[str], action: Callable[[Member], object], progress: Progress) -> None:
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
