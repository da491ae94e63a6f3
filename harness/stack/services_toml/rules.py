"""The rules of services.toml between tables: every named thing exists, and no variable of a process is set twice."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from harness.stack.placeholders import PlaceholderError, check, placeholders_in
from harness.stack.services_toml.tables import PROCESS_PLACEHOLDERS, SERVER_PLACEHOLDERS, EdgeTable, Members, StackTable

ARROW = "->"
HTTP = "http"
PROXY = "proxy"
"""The member name of the proxy of a proxied stack."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with the value at `key`, and what to do about it."""

    key: str
    what: str

    def __str__(self) -> str:
        return f"{self.key}: {self.what}"


@dataclass(frozen=True)
class Rules:
    """Applied to the valid tables of a file. Tables in `unread` exist, but are invalid."""

    members: Members
    unread: frozenset[str] = frozenset()

    def problems(self, stack: StackTable | None) -> Iterator[Problem]:
        """All of them; those of [stack] only when it could be read."""
        yield from self._names()
        if stack is not None:
            yield from self._entry(stack.entry)
            given = self.members.environment.keys() | {
                name for service in self.members.services.values() for name in service.environment
            }
            for name in stack.show:
                if name not in given and name not in self.unread:
                    yield Problem("stack.show", f"{name} is not in [environment], nor in that of a service")
        yield from self._health()
        for name, edge in self.members.edges.items():
            yield from self._edge(name, edge)
        yield from self._variables()

    def _names(self) -> Iterator[Problem]:
        """Members of a stack are servers, sandboxes, the proxy and instances, which are called service-number."""
        members, seen = self.members, set[str]()
        services = "|".join(re.escape(name) for name in members.services)
        for section, names in (("servers", members.servers), ("sandboxes", members.sandboxes), ("services", members.services)):
            for name in names:
                if name in seen:
                    yield Problem(f"{section}.{name}", f"the name {name} is used twice")
                elif section != "services" and re.fullmatch(rf"{PROXY}|({services})-[0-9]+", name):
                    yield Problem(
                        f"{section}.{name}", "the name is taken by the proxy or an instance of a service; take another"
                    )
                seen.add(name)

    def _entry(self, entry: str) -> Iterator[Problem]:
        services = self.members.services
        if entry in services and HTTP not in services[entry].ports:
            yield Problem("stack.entry", f"{entry} has no port named http")
        elif entry not in services and entry not in self.unread:
            yield Problem("stack.entry", f"{entry} is not one of the services{_listed(services)}")

    def _health(self) -> Iterator[Problem]:
        for section, processes in (("sandboxes", self.members.sandboxes), ("services", self.members.services)):
            for name, process in processes.items():
                if (port := process.health.port) not in process.ports:
                    known = _listed(process.ports)
                    yield Problem(f"{section}.{name}.health.port", f"{port} is not one of the ports of {name}{known}")

    def _edge(self, name: str, edge: EdgeTable) -> Iterator[Problem]:
        members, key = self.members, f"edges.{name}"
        caller, _, callee = name.partition(ARROW)
        if caller not in members.processes() and caller not in self.unread:
            yield Problem(key, f"{caller} is not one of the sandboxes and services")
        if callee in members.servers:
            yield from self._edge_to_server(key, caller, callee, edge)
        elif callee in members.processes():
            ports = members.processes()[callee].ports
            if edge.port not in ports:
                yield Problem(f"{key}.port", f"must name one of the ports of {callee}{_listed(ports)}, not {edge.port!r}")
            yield from _template(key, edge, PROCESS_PLACEHOLDERS)
        elif callee not in self.unread:
            yield Problem(key, f"{callee} is neither a server nor a process")

    def _edge_to_server(self, key: str, caller: str, callee: str, edge: EdgeTable) -> Iterator[Problem]:
        server = self.members.servers[callee]
        if edge.port:
            yield Problem(f"{key}.port", f"{callee} is a server and has one port only; leave this out")
        yield from _template(key, edge, SERVER_PLACEHOLDERS[server.kind])
        if "schema" in placeholders_in(edge.template) and caller not in server.schemas:
            yield Problem(f"{key}.template", f"{caller} has no schema in servers.{callee}.schemas")

    def _variables(self) -> Iterator[Problem]:
        members = self.members
        for name, process in members.processes().items():
            given = [(variable, f"ports.{port}") for port, variable in process.ports.items()]
            given += [
                (edge.env, f'edges."{edge_name}"')
                for edge_name, edge in members.edges.items()
                if edge_name.startswith(f"{name}{ARROW}")
            ]
            given += [(variable, "environment") for variable in members.environment if name in members.services]
            given += [(variable, "its own environment") for variable in process.environment]
            origins: dict[str, str] = {}
            for variable, origin in given:
                if variable in origins:
                    yield Problem(name, f"{variable} is set twice, by {origins[variable]} and by {origin}")
                origins[variable] = origin


def _template(key: str, edge: EdgeTable, allowed: frozenset[str]) -> Iterator[Problem]:
    try:
        check(edge.template, allowed)
    except PlaceholderError as error:
        yield Problem(f"{key}.template", str(error))


def _listed(names: Iterable[str]) -> str:
    known = ", ".join(names)
    return f" ({known})" if known else ""
