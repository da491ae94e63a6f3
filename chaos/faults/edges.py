"""What faults on edges have in common: which edges are meant, whether there are any, and what the proxy saw meanwhile.

Edges are named like in services.toml, per instance: `order-1->redis-lock-2`. Patterns are those of `fnmatch`:
`order-*->redis-lock-1` is that edge of every order instance.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Protocol

from harness.experiment import AssumptionError, Proof
from harness.proxy.client import EffectsState, ProxyClient


class Edged(Protocol):
    """What these faults need of a stack."""

    def edges(self) -> tuple[str, ...]:
        """The edges that run through the proxy."""


class HasEdges(Protocol):
    """A subject whose edges can be hurt."""

    @property
    def stack(self) -> Edged:
        """Its edges."""

    @property
    def proxy(self) -> ProxyClient:
        """What carries them; a new client each time."""


class EdgeFault(ABC):
    """Hurts some edges for a while. Subclasses say how; the proof compares the proxy's counters before and now."""

    def __init__(self, *patterns: str) -> None:
        self.patterns = patterns
        self.target = ", ".join(patterns)
        self._edges: tuple[str, ...] = ()
        self._before: Mapping[str, EffectsState] = {}

    @abstractmethod
    async def hurt(self, proxy: ProxyClient, edge: str) -> None:
        """Do it to one edge."""

    @abstractmethod
    async def spare(self, proxy: ProxyClient, edge: str) -> None:
        """Undo it; nothing happens to an edge that is well."""

    @abstractmethod
    def effect(self, before: EffectsState, now: EffectsState) -> int:
        """How much it did to one edge: bytes or connections, 0 for nothing."""

    unit = "connections"
    """What `effect` counts."""

    async def assume(self, subject: HasEdges) -> None:
        """See Fault."""
        known = subject.stack.edges()
        if not known:
            raise AssumptionError("the edges of this stack run through no proxy")
        for pattern in self.patterns:
            if not any(fnmatchcase(edge, pattern) for edge in known):
                raise AssumptionError(f"no edge is called {pattern}")
        self._edges = tuple(edge for edge in known if any(fnmatchcase(edge, pattern) for pattern in self.patterns))

    async def inject(self, subject: HasEdges) -> None:
        """See Fault."""
        async with subject.proxy as proxy:
            self._before = {edge: await proxy.effects(edge) for edge in self._edges}
            for edge in self._edges:
                await self.hurt(proxy, edge)

    async def prove(self, subject: HasEdges) -> Proof:
        """See Fault."""
        async with subject.proxy as proxy:
            done = {edge: self.effect(self._before[edge], await proxy.effects(edge)) for edge in self._edges}
        hit = [f"{edge}: {amount:,} {self.unit}" for edge, amount in done.items() if amount]
        return Proof(effective=bool(hit), detail="; ".join(hit) or f"no {self.unit} on {len(done)} edges")

    async def heal(self, subject: HasEdges) -> str:
        """See Fault."""
        async with subject.proxy as proxy:
            for edge in self._edges:
                await self.spare(proxy, edge)
        return f"{len(self._edges)} edges are as they were"


def named(edges: Sequence[str], callers: Sequence[str], targets: Sequence[str]) -> tuple[str, ...]:
    """Those of the edges that lead from one of the callers to one of the targets; both are patterns."""
    return tuple(edge for edge in edges if _any(edge.partition("->")[0], callers) and _any(edge.partition("->")[2], targets))


def _any(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
