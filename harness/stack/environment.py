"""The environment of a process, a function of the topology and the choices of this stack. No I/O.

A process gets a few inherited variables, its name and ports, and the addresses of its callees; never the rest of the
shell it was started from, so that a stack behaves the same on every machine.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from harness.stack.placeholders import fill
from harness.stack.topology import Process, Role, Topology

# What programs need to find their libraries, temporary files, certificates and the language of their messages; and where a
# process records what it uses of others (harness.contracts.consumers.recorder).
INHERITED = (
    *("PATH", "HOME", "USER", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "PYTHONPATH"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "OTEL_EXPORTER_OTLP_ENDPOINT"),
    *("CONTRACTS_RECORD_DIR", "CONTRACTS_RECORD_PACKAGES", "CONTRACTS_RECORD_ROOT"),
)


def inherited(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables that every process inherits from the process that started the stack."""
    return {name: environ[name] for name in INHERITED if name in environ}


@dataclass(frozen=True)
class Wiring:
    """What was chosen for one instance: its ports by name, and per callee the addresses and placeholders of the edge.

    A callee without addresses sets no variable.
    """

    instance: str
    ports: Mapping[str, int]
    addresses: Mapping[str, tuple[str, ...]]
    access: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def environment_of(
    topology: Topology,
    process: Process,
    wiring: Wiring,
    secret: Callable[[str], str],
    overrides: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Every variable of one instance, but the inherited ones. Later sources win; only `overrides` replace anything."""
    values = {"instance": wiring.instance, "service": process.name}
    shared = topology.environment if process.role is Role.SERVICE else {}
    given = {variable: fill(text, values, secret) for variable, text in {**shared, **process.environment}.items()}
    ports = {variable: str(wiring.ports[name]) for name, variable in process.ports.items()}
    edges = {
        edge.env: ",".join(
            fill(edge.template, {"address": address, **wiring.access.get(edge.callee, {})})
            for address in wiring.addresses[edge.callee]
        )
        for edge in topology.edges_from(process.name)
        if edge.callee in wiring.addresses
    }
    return {"PYTHONUNBUFFERED": "1", **given, **ports, **edges, **(overrides or {})}


def prefixed(environments: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Several services' environments in one: DATABASE_URL of `user` is USER_DATABASE_URL, hyphens are underscores."""
    return {
        f"{service.upper().replace('-', '_')}_{variable}": value
        for service, environment in environments.items()
        for variable, value in environment.items()
    }
