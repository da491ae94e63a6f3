"""A shop of two order instances whose edges run through a proxy of memory, which counts as the real one does."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from harness.direction import Direction
from harness.proxy.client import ConnectionCounts, EffectsState, FlowCounts, ProxyApiError, ToxicCounts

EDGES = ("order-1->redis-lock-1", "order-2->redis-lock-1", "order-1->payment-1", "gateway-1->order-1")


@dataclass
class FakeEdge:
    """One edge: whether it carries, its toxics, and what was done to its traffic."""

    enabled: bool = True
    toxics: dict[str, tuple[str, Direction, float, dict[str, int]]] = field(default_factory=dict)
    cut: int = 0
    dropped: dict[Direction, int] = field(default_factory=lambda: dict.fromkeys(Direction, 0))
    counted: dict[str, ToxicCounts] = field(default_factory=dict)
    connections: int = 2

    def effects(self) -> EffectsState:
        """As the real proxy tells them."""
        flows = [FlowCounts(received=100, passed=0, dropped=self.dropped[each], held=0) for each in Direction]
        counts = ConnectionCounts(accepted=5, unreachable=0, cut=self.cut, reset=0, open=self.connections)
        return EffectsState(counts, flows[0], flows[1], dict(self.counted))


@dataclass
class FakeEdges:
    """Is the subject, its stack and the client of its proxy, all in one. `proxied` has edges at all."""

    proxied: bool = True
    all: dict[str, FakeEdge] = field(default_factory=lambda: {name: FakeEdge() for name in EDGES})
    broken: tuple[str, ...] = ()

    @property
    def stack(self) -> Any:
        return self

    @property
    def proxy(self) -> Any:
        return self

    def edges(self) -> tuple[str, ...]:
        return tuple(self.all) if self.proxied else ()

    async def __aenter__(self) -> "FakeEdges":
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def effects(self, name: str) -> EffectsState:
        return self.all[name].effects()

    async def disable(self, name: str) -> None:
        edge = self._edge(name)
        edge.enabled, edge.cut, edge.connections = False, edge.cut + edge.connections, 0

    async def enable(self, name: str) -> None:
        self.all[name].enabled = True

    async def add_toxic(
        self,
        proxy: str,
        kind: str,
        *,
        stream: Direction = Direction.DOWNSTREAM,
        name: str | None = None,
        toxicity: float = 1.0,
        **attributes: int,
    ) -> None:
        self._edge(proxy).toxics[name or f"{kind}_{stream}"] = (kind, stream, toxicity, attributes)

    async def remove_toxic(self, proxy: str, name: str) -> None:
        if self.all[proxy].toxics.pop(name, None) is None:
            raise ProxyApiError(404, "toxic not found")

    def _edge(self, name: str) -> FakeEdge:
        if name in self.broken:
            raise ProxyApiError(500, f"{name} is broken")
        return self.all[name]

    def disabled(self) -> Iterable[str]:
        """Edges that carry nothing."""
        return [name for name, edge in self.all.items() if not edge.enabled]

    def poisoned(self) -> dict[str, list[str]]:
        """Toxics by the edge that they are on."""
        return {name: sorted(edge.toxics) for name, edge in self.all.items() if edge.toxics}
