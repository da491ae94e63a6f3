"""stall: some edges hold every byte, and deliver all of them in order when it heals, as TCP does after a short partition.

Unlike a partition it loses no bytes and breaks no connection, so requests arrive after their callers' timeouts.
"""

from harness.direction import Direction
from harness.faults.control import HasStack
from harness.faults.edge_fault import EdgeFault, handled_since, take_away, toxic_name
from harness.faults.edge_probe import ProbeResult, silenced
from harness.faults.inventory import Declaration
from harness.faults.protocol import AssumptionError
from harness.faults.registry import fault_kind
from harness.faults.spec import BOTH, Edge
from harness.faults.targets import edges
from harness.proxy.client import EffectsState, ProxyClient

STALL = "stall"


@fault_kind(STALL)
class Stall(EdgeFault):
    """Holds the bytes of its edges' streams. Needs the project's own proxy: Toxiproxy has no toxic that does this."""

    unit = "bytes held"

    async def assume(self, subject: HasStack) -> None:
        """See Fault."""
        await super().assume(subject)
        if not self._counted:
            raise AssumptionError("a stall needs the project's own proxy (--proxy own): Toxiproxy cannot hold bytes")

    async def inject_edge(self, proxy: ProxyClient, edge: Edge) -> None:
        """See EdgeFault."""
        for stream in edge.streams:
            await proxy.add_toxic(edge.name, STALL, stream=stream, name=toxic_name(STALL, stream))

    async def heal_edge(self, proxy: ProxyClient, edge: Edge) -> None:
        """See EdgeFault."""
        for stream in edge.streams:
            await take_away(proxy, edge.name, toxic_name(STALL, stream))

    def effect(self, edge: Edge, before: EffectsState, now: EffectsState) -> int:
        """See EdgeFault."""
        return sum(handled_since(toxic_name(STALL, stream), before, now) for stream in edge.streams)

    def shows_effect(self, edge: Edge, before: ProbeResult, now: ProbeResult) -> bool:
        """See EdgeFault."""
        return silenced(before, now)


def stall(*patterns: str, streams: tuple[Direction, ...] = BOTH) -> Declaration:
    """Hold the bytes of these edges, in both directions by default."""
    return edges(STALL, *patterns, streams=streams)
