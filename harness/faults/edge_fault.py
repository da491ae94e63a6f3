"""What faults on edges have in common: they are done edge by edge through the proxy, and prove what they did there.

On the project's own proxy the proof compares its counters before and now; on a real Toxiproxy, whose counters tell too little
(`EffectsState.complete`), it compares what a connection through the edge sees (see `edge_probe`).
"""

import asyncio
from abc import abstractmethod
from collections.abc import Mapping

from harness.direction import Direction
from harness.faults.control import HasStack
from harness.faults.edge_probe import WITHIN_S, Sight, look
from harness.faults.fault import StackFault
from harness.faults.protocol import Proof
from harness.faults.spec import Edge, FaultSpec, SpecError
from harness.proxy.client import EffectsState, ProxyApiError, ProxyClient

NOT_FOUND = 404
LOOKS = 3
"""How often it is looked through an edge for an effect that some connections alone may show."""


class EdgeFault(StackFault):
    """Breaks its edges for a while. Subclasses say how, and what shows it."""

    unit = "connections"
    """What `effect` counts."""
    within_s = WITHIN_S
    """How long one has to look through an edge to see the effect."""
    patient = False
    """Whether a silence is part of the effect, so that one has to look on."""

    def __init__(self, spec: FaultSpec) -> None:
        super().__init__(spec)
        if not spec.edges:
            raise SpecError(f"{spec.kind} is done to edges; it has none")
        self._counted = True
        self._before: Mapping[str, EffectsState] = {}
        self._seen: Mapping[str, Sight] = {}

    @abstractmethod
    async def hurt(self, proxy: ProxyClient, edge: Edge) -> None:
        """Do it to one edge."""

    @abstractmethod
    async def spare(self, proxy: ProxyClient, edge: Edge) -> None:
        """Undo it; nothing happens to an edge that is well."""

    @abstractmethod
    def effect(self, edge: Edge, before: EffectsState, now: EffectsState) -> int:
        """How much it did to one edge by complete counters: bytes or connections, 0 for nothing."""

    @abstractmethod
    def shows(self, edge: Edge, before: Sight, now: Sight) -> bool:
        """Whether a connection through the edge shows the effect."""

    async def assume(self, subject: HasStack) -> None:
        """See Fault. Where a probe will have to be the proof, the undisturbed edges are looked through now: that takes time."""
        await super().assume(subject)
        async with subject.proxy as proxy:
            self._counted = (await proxy.effects(self.spec.edges[0].name)).complete
            if not self._counted:
                self._seen = await self._look(proxy)

    async def inject(self, subject: HasStack) -> None:
        """See Fault."""
        async with subject.proxy as proxy:
            if self._counted:
                self._before = {edge.name: await proxy.effects(edge.name) for edge in self.spec.edges}
            for edge in self.spec.edges:
                await self.hurt(proxy, edge)

    async def prove(self, subject: HasStack) -> Proof:
        """See Fault."""
        async with subject.proxy as proxy:
            return await (self._prove_by_counters(proxy) if self._counted else self._prove_by_looking(proxy))

    async def heal(self, subject: HasStack) -> str:
        """See Fault."""
        async with subject.proxy as proxy:
            for edge in self.spec.edges:
                await self.spare(proxy, edge)
        return f"{len(self.spec.edges)} edges are as they were"

    async def _prove_by_counters(self, proxy: ProxyClient) -> Proof:
        done = {
            edge.name: self.effect(edge, self._before[edge.name], await proxy.effects(edge.name)) for edge in self.spec.edges
        }
        hit = [f"{name}: {amount:,} {self.unit}" for name, amount in done.items() if amount]
        return Proof(effective=bool(hit), detail="; ".join(hit) or f"no {self.unit} on {len(done)} edges")

    async def _prove_by_looking(self, proxy: ProxyClient) -> Proof:
        said: dict[str, str] = {}
        for _ in range(LOOKS):
            now = await self._look(proxy, self.within_s, patient=self.patient)
            for edge in self.spec.edges:
                before, after = self._seen[edge.name], now[edge.name]
                if self.shows(edge, before, after):
                    said.setdefault(edge.name, f"{edge.name}: {before} before, {after} now")
            if said:
                break
        return Proof(effective=bool(said), detail="; ".join(said.values()) or f"no effect seen through {len(now)} edges")

    async def _look(self, proxy: ProxyClient, within_s: float = WITHIN_S, *, patient: bool = False) -> Mapping[str, Sight]:
        names = [edge.name for edge in self.spec.edges]
        addresses = [(await proxy.proxy(name)).listen for name in names]
        seen = await asyncio.gather(*(look(address, within_s, patient=patient) for address in addresses))
        return dict(zip(names, seen, strict=True))


async def take_away(proxy: ProxyClient, edge: str, toxic: str) -> None:
    """Remove a toxic that may not be there. Raises ProxyApiError."""
    try:
        await proxy.remove_toxic(edge, toxic)
    except ProxyApiError as error:
        if error.status != NOT_FOUND:  # it was not injected everywhere
            raise


def dropped_since(edge: Edge, before: EffectsState, now: EffectsState) -> int:
    """Bytes lost on the streams of an edge."""
    return sum(now.flow(stream).dropped - before.flow(stream).dropped for stream in edge.streams)


def handled_since(toxic: str, before: EffectsState, now: EffectsState) -> int:
    """Bytes that a toxic held or dropped, and 1 for each stream that it closed."""
    had, has = before.toxics.get(toxic), now.toxics.get(toxic)
    if has is None:
        return 0
    return has.bytes + has.closed - (had.bytes + had.closed if had else 0)


def toxic_name(kind: str, stream: Direction) -> str:
    """What a toxic of ours is called on its proxy."""
    return f"fault_{kind}_{stream}"
