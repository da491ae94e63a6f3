"""cut: the connections of some edges are closed and new ones refused (Toxiproxy's `enabled: false`)."""

from harness.faults.edge_fault import EdgeFault
from harness.faults.edge_probe import ProbeResult
from harness.faults.inventory import Declaration
from harness.faults.registry import fault_kind
from harness.faults.spec import Edge
from harness.faults.targets import edges, one_edge_of
from harness.proxy.client import EffectsState, ProxyClient

CUT = "cut"


@fault_kind(CUT)
class Cut(EdgeFault):
    """Disables edges at the proxy; heals by enabling them."""

    unit = "connections cut"

    async def inject_edge(self, proxy: ProxyClient, edge: Edge) -> None:
        """See EdgeFault."""
        await proxy.disable(edge.name)

    async def heal_edge(self, proxy: ProxyClient, edge: Edge) -> None:
        """See EdgeFault."""
        await proxy.enable(edge.name)

    def effect(self, edge: Edge, before: EffectsState, now: EffectsState) -> int:
        """See EdgeFault."""
        return now.connections.cut - before.connections.cut

    def shows_effect(self, edge: Edge, before: ProbeResult, now: ProbeResult) -> bool:
        """See EdgeFault."""
        return before.connected and not now.connected


def cut(*patterns: str) -> Declaration:
    """Cut these edges."""
    return edges(CUT, *patterns)


def cut_one_of(*patterns: str) -> Declaration:
    """Cut one of these edges; the seed decides which."""
    return one_edge_of(CUT, *patterns)
