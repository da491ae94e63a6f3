"""How the processes of a build are started: command, folder and environment, from its topology and the servers that run.

The same instance can be launched from two builds: it keeps its name, ports and edges, and gets the command, the folder and the
environment of the build.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from harness.stack.blueprint import Blueprint
from harness.stack.edges import Edges, edge_name
from harness.stack.environment import Wiring, environment_of, inherited, prefixed
from harness.stack.instances import Planned
from harness.stack.placeholders import fill
from harness.stack.ports import HOST
from harness.stack.probes import Probe, probe_for
from harness.stack.process import Launch
from harness.stack.provider import RunningServer
from harness.stack.topology import Process, Topology


@dataclass(frozen=True)
class Launching:
    """Launches of one build. `servers` fills while a stack starts; `edges` is None in a stack that is not proxied."""

    blueprint: Blueprint
    topology: Topology
    servers: Mapping[str, RunningServer]
    edges: Callable[[], Edges | None]

    def process(self, planned: Planned) -> Launch:
        """The launch of an instance that serves."""
        probe = probe_for(planned.process.health, planned.ports)
        return self._launch(planned.name, planned.process.command, self._environment(planned, self.addresses(planned)), probe)

    def migration(self, name: str, of: tuple[Process, ...]) -> Launch:
        """The launch of the job that migrates the databases of these services."""
        together = self.topology.migrate
        environment = (
            prefixed({process.name: self._migrating(process) for process in of}) if together else self._migrating(of[0])
        )
        return self._launch(name, together or of[0].migrate, environment)

    def migrations(self) -> dict[str, tuple[Process, ...]]:
        """The services of each migration job, by its name: one job for all, or one for each."""
        jobs: dict[str, list[Process]] = {}
        for process in self.topology.processes.values():
            if name := self.job_of(process):
                jobs.setdefault(name, []).append(process)
        return {name: tuple(of) for name, of in jobs.items()}

    def job_of(self, process: Process) -> str:
        """The job that has to be over before a service starts; empty when it has none."""
        if not process.migrate:
            return ""
        return "migrate" if self.topology.migrate else f"{process.name}-migrate"

    def addresses(self, planned: Planned) -> dict[str, tuple[str, ...]]:
        """host:port of every target as the instance is given it, per callee; without servers that are not ready yet."""
        edges, targets = self.edges(), self._targets(planned.process)
        if edges is None:
            return {callee: tuple(found.values()) for callee, found in targets.items()}
        return {
            callee: tuple(edges.through(edge_name(planned.name, name), address) for name, address in found.items())
            for callee, found in targets.items()
        }

    def servers_of(self, process: str) -> tuple[str, ...]:
        """The servers that a process calls."""
        return tuple(edge.callee for edge in self.topology.edges_from(process) if edge.callee in self.topology.servers)

    def databases_of(self, process: str) -> tuple[str, ...]:
        """Those of them in which it has a schema."""
        servers = self.topology.servers
        return tuple(callee for callee in self.servers_of(process) if process in servers[callee].schemas)

    def _migrating(self, process: Process) -> dict[str, str]:
        # The first instance's environment, with the addresses of its databases only: other servers may not run yet.
        first = next(planned for planned in self.blueprint.planned if planned.process.name == process.name)
        told = self.databases_of(process.name)
        addresses = {callee: tuple(targets.values()) for callee, targets in self._targets(process).items() if callee in told}
        return self._environment(first, addresses)

    def _environment(self, planned: Planned, addresses: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
        """The environment of an instance, with these addresses of its callees."""
        process = self.topology.processes[planned.process.name]
        wiring = Wiring(
            instance=planned.name,
            ports=planned.ports,
            addresses=addresses,
            access={name: self.servers[name].access(process.name) for name in addresses if name in self.servers},
        )
        return environment_of(
            self.topology,
            process,
            wiring,
            self.blueprint.secrets.__getitem__,
            self.blueprint.overrides.get(process.name),
        )

    def _targets(self, process: Process) -> dict[str, dict[str, str]]:
        """host:port of every target by name, per callee; without servers that are not ready yet."""
        found: dict[str, dict[str, str]] = {}
        for edge in self.topology.edges_from(process.name):
            if edge.callee in self.servers:
                found[edge.callee] = {edge.callee: f"{HOST}:{self.servers[edge.callee].port}"}
            elif edge.callee not in self.topology.servers:
                found[edge.callee] = {
                    target.name: f"{HOST}:{target.ports[edge.port]}"
                    for target in self.blueprint.planned
                    if target.process.name == edge.callee
                }
        return found

    def _launch(
        self,
        name: str,
        command: tuple[str, ...],
        environment: Mapping[str, str],
        probe: Probe = lambda: True,
    ) -> Launch:
        return Launch(
            name=name,
            command=tuple(fill(word, {"python": sys.executable}) for word in command),
            environment={**inherited(), **environment},
            mark=self.blueprint.mark.of(name),
            cwd=self.topology.root,
            probe=probe,
        )
