"""The members and edges of a system that faults can target; declarations are resolved against it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed
from typing import TypeAlias

from harness.direction import Direction
from harness.faults.protocol import AssumptionError
from harness.faults.spec import BOTH, Edge, FaultSpec


@dataclass(frozen=True)
class Inventory:
    """`members` by service (or server), and the names of the `edges` that run through a proxy."""

    members: dict[str, tuple[str, ...]]
    edges: tuple[str, ...] = ()

    def require(self, *names: str) -> tuple[str, ...]:
        """The names, checked to be members. Raises AssumptionError for the first that is none."""
        known = {name for names in self.members.values() for name in names}
        for name in names:
            if name not in known:
                raise AssumptionError(f"there is no member {name}; there is {', '.join(sorted(known)) or 'none'}")
        return names

    def instances(self, service: str) -> tuple[str, ...]:
        """The instances of a service. Raises AssumptionError."""
        if service not in self.members:
            raise AssumptionError(f"there is no {service}; there is {', '.join(sorted(self.members)) or 'nothing'}")
        return self.members[service]

    def edges_like(self, *patterns: str, streams: tuple[Direction, ...] = BOTH) -> tuple[Edge, ...]:
        """The edges that match one of some patterns of `fnmatch`, e.g. `order-*->redis-lock-1`, by name.

        Raises AssumptionError when there are no edges, or none matches one of the patterns.
        """
        self._require_edges()
        for pattern in patterns:
            if not any(fnmatchcase(edge, pattern) for edge in self.edges):
                raise AssumptionError(f"no edge is called {pattern}")
        return tuple(Edge.named(edge, streams) for edge in sorted(self.edges) if _fits(edge, patterns))

    def edges_between(self, callers: Iterable[str], callees: Iterable[str], *streams: Direction) -> tuple[Edge, ...]:
        """The edges from one group of members to another, both given as patterns; possibly none. Raises AssumptionError."""
        self._require_edges()
        ones, others = tuple(callers), tuple(callees)
        every = (Edge.named(edge, streams) for edge in sorted(self.edges))
        return tuple(edge for edge in every if _fits(edge.caller, ones) and _fits(edge.callee, others))

    def _require_edges(self) -> None:
        if not self.edges:
            raise AssumptionError("the edges of this stack run through no proxy")


Declaration: TypeAlias = Callable[[Inventory, Random], FaultSpec]
"""Resolves a declaration of an experiment to a spec. Raises AssumptionError when a target does not exist."""


def _fits(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
