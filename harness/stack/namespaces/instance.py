"""An instance of a service for one test: on the stack's servers, in a namespace, and unknown to the stack."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.stack.marker import Mark
from harness.stack.namespaces.namespace import Namespace
from harness.stack.placeholders import fill
from harness.stack.ports import HOST, Ports
from harness.stack.probes import Probe, probe_for
from harness.stack.process import Launch, Supervised
from harness.stack.topology import Topology

_READY_S = 60.0


@dataclass(frozen=True)
class OwnInstance:
    """It carries the stack's marker: when the test is killed, it ends with the stack. Its logs are in the stack's folder."""

    name: str
    ports: Mapping[str, int]
    log: Path

    def address(self, port: str) -> str:
        """host:port of its port of that name. Raises KeyError."""
        return f"{HOST}:{self.ports[port]}"


@contextmanager
def running(
    namespace: Namespace,
    process: str,
    *,
    name: str = "",
    overrides: Mapping[str, str] | None = None,
    build: Path | None = None,
) -> Iterator[OwnInstance]:
    """Migrate the namespace's schema, start an instance of `process` in it, and stop it when the block ends.

    Several in one namespace, under different names, are instances of one service. What it calls besides servers are the
    stack's own instances; none of the stack's calls it. With `build`, the services.toml of another build of the system, its
    command and its migrations are those of that. Raises StartFailed, NoSuchMember, NamespaceFailed.
    """
    stack = namespace.stack
    manifest = stack.manifest
    topology = Topology.load(build or manifest.topology)
    shape, name = topology.processes[process], name or f"{process}-{namespace.name}"
    mark = Mark(manifest.stack, stack.folder / "logs")
    with Ports() as ports:
        chosen = {port: ports.free() for port in shape.ports}
        environment = namespace.environment(process, chosen, instance=name, overrides=overrides)

        def supervised(name: str, command: tuple[str, ...], probe: Probe = lambda: True) -> Supervised:
            words = tuple(fill(word, {"python": sys.executable}) for word in command)
            return Supervised(Launch(name, words, environment, mark.of(name), topology.root, probe))

        if shape.migrate:
            job = supervised(f"{name}-migrate", shape.migrate)
            try:
                job.boot()
                job.wait_ended(_READY_S)
            finally:
                job.kill()
        member = supervised(name, shape.command, probe_for(shape.health, chosen))
        try:
            member.boot()
            member.wait_ready(_READY_S)
            yield OwnInstance(name, chosen, member.log)
            member.terminate()
        finally:
            member.kill()
