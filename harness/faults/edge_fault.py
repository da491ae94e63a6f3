"""What faults on edges have in common: injection through the proxy's API, edge by edge, and proof by counters or a probe.

On the project's own proxy the proof compares its counters before and now; on a real Toxiproxy, whose counters do not
suffice (`EffectsState.complete`), it compares probe connections through the edge (see `edge_probe`). Every edge must show
the effect, unless the spec says that one of them is enough.
"""

import asyncio
from abc import abstractmethod
from collections.abc import Mapping

from harness.direction import Direction
from harness.faults.control import HasStack
from harness.faults.edge_probe import WITHIN_S, ProbeResult, envelope, probe
from harness.faults.fault import StackFault
from harness.faults.protocol import Proof
from harness.faults.spec import Edge, FaultSpec, SpecError
from harness.proxy.client import EffectsState, ProxyApiError, ProxyClient

NOT_FOUND = 404
UNDISTURBED = 5
"""Number of probes before the injection, whose variation is no effect (see `envelope`)."""
PROBES, CONFIRMED = 6, 2
"""Number of probes for an effect that only some connections show, and how many of an edge must show it: one may be chance."""


class EdgeFault(StackFault):
    """A fault on proxied edges. Subclasses define how it is injected, healed and observed."""

    unit = "connections"
    """What `effect` counts."""
    within_s = WITHIN_S
    """Longest time in seconds of a probe."""
    patient = False
    """Whether the effect includes silence, so that a probe lasts `within_s`."""

    def __init__(self, spec: FaultSpec) -> None:
        super().__init__(spec)
        if not spec.edges:
            raise SpecError(f"{spec.kind} is done to edges; it has none")
        self._counted = True
        self._before: Mapping[str, EffectsState] = {}
        self._probed: Mapping[str, ProbeResult] = {}

    @abstractmethod
    async def inject_edge(self, proxy: ProxyClient, edge: Edge) -> None:
        """Inject it into one edge."""

    @abstractmethod
    async def heal_edge(self, proxy: ProxyClient, edge: Edge) -> None:
        """Heal one edge; idempotent."""

    @abstractmethod
    def effect(self, edge: Edge, before: EffectsState, now: EffectsState) -> int:
        """Its effect on one edge by complete counters, in `unit`; 0 for none."""

    @abstractmethod
    def shows_effect(self, edge: Edge, before: ProbeResult, now: ProbeResult) -> bool:
        """Whether a probe through the edge shows the effect."""

    async def assume(self, subject: HasStack) -> None:
        """See Fault. Where a probe is the proof, the undisturbed edges are probed now, so that an injection takes no longer."""
        await super().assume(subject)
        async with subject.proxy as proxy:
            self._counted = (await proxy.effects(self.spec.edges[0].name)).complete
            if not self._counted:
                found = [await self._probe(proxy) for _ in range(UNDISTURBED)]
                self._probed = {name: envelope([each[name] for each in found]) for name in found[0]}

    async def inject(self, subject: HasStack) -> None:
        """See Fault."""
        async with subject.proxy as proxy:
            if self._counted:
                self._before = {edge.name: await proxy.effects(edge.name) for edge in self.spec.edges}
            for edge in self.spec.edges:
                await self.inject_edge(proxy, edge)

    async def prove(self, subject: HasStack) -> Proof:
        """See Fault."""
        async with subject.proxy as proxy:
            return await (self._prove_by_counters(proxy) if self._counted else self._prove_by_probe(proxy))

    async def heal(self, subject: HasStack) -> str:
        """See Fault."""
        async with subject.proxy as proxy:
            for edge in self.spec.edges:
                await self.heal_edge(proxy, edge)
        return f"{len(self.spec.edges)} edges are as they were"

    async def _prove_by_counters(self, proxy: ProxyClient) -> Proof:
        done = {
            edge.name: self.effect(edge, self._before[edge.name], await proxy.effects(edge.name)) for edge in self.spec.edges
        }
        return self._proof({name: f"{amount:,} {self.unit}" if amount else "" for name, amount in done.items()}, self.unit)

    async def _prove_by_probe(self, proxy: ProxyClient) -> Proof:
        shown: dict[str, list[str]] = {edge.name: [] for edge in self.spec.edges}
        said: dict[str, str] = {}
        for _ in range(PROBES):
            now = await self._probe(proxy, self.within_s, patient=self.patient)
            for edge in self.spec.edges:
                before, after = self._probed[edge.name], now[edge.name]
                if self.shows_effect(edge, before, after):
                    shown[edge.name].append(f"{before} before, {after} now")
            said = {name: seen[-1] if len(seen) >= CONFIRMED else "" for name, seen in shown.items()}
            if all(said.values()):
                break
        return self._proof(said, "effect seen")

    def _proof(self, shown: Mapping[str, str], what: str) -> Proof:
        """Of the effect on each edge, "" for none: a fault that missed one of its edges is not the fault that was meant."""
        hit = [f"{name}: {effect}" for name, effect in shown.items() if effect]
        missed = [name for name, effect in shown.items() if not effect]
        without = [f"no {what} on {', '.join(missed)}"] if missed else []
        return Proof(effective=bool(hit) if self.spec.one_of_them else not missed, detail="; ".join([*hit, *without]))

    async def _probe(
        self, proxy: ProxyClient, within_s: float = WITHIN_S, *, patient: bool = False
    ) -> Mapping[str, ProbeResult]:
        names = [edge.name for edge in self.spec.edges]
        addresses = [(await proxy.proxy(name)).listen for name in names]
        seen = await asyncio.gather(*(probe(address, within_s, patient=patient) for address in addresses))
        return dict(zip(names, seen, strict=True))


async def take_away(proxy: ProxyClient, edge: str, toxic: str) -> None:
    """Remove a toxic that may not be there. Raises ProxyApiError."""
    try:
        await proxy.remove_toxic(edge, toxic)
    except ProxyApiError as error:
        if error.status != NOT_FOUND:  # not injected into this edge
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
    """The name of a fault's toxic at the proxy."""
    return f"fault_{kind}_{stream}"
