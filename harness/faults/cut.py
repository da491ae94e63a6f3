"""cut: the connections of some edges break and no new ones are let through, as when somebody pulls a cable out."""

from harness.faults.edge_fault import EdgeFault
from harness.faults.edge_probe import Sight
from harness.faults.inventory import Declaration
from harness.faults.registry import fault_kind
from harness.faults.spec import Edge
from harness.faults.targets import edges, one_edge_of
from harness.proxy.client import EffectsState, ProxyClient

CUT = "cut"


@fault_kind(CUT)
class Cut(EdgeFault):
    """Cuts edges; heals by mending them."""

    unit = "connections cut"

    async def hurt(self, proxy: ProxyClient, edge: Edge) -> None:
        """See EdgeFault."""
        await proxy.disable(edge.name)

    async def spare(self, proxy: ProxyClient, edge: Edge) -> None:
        """See EdgeFault."""
        await proxy.enable(edge.name)

    def effect(self, edge: Edge, before: EffectsState, now: EffectsState) -> int:
        """See EdgeFault."""
        return now.connections.cut - before.connections.cut

    def shows(self, edge: Edge, before: Sight, now: Sight) -> bool:
        """See EdgeFault."""
        return before.connected and not now.connected


def cut(*patterns: str) -> Declaration:
    """Cut these edges."""
    return edges(CUT, *patterns)


def cut_one_of(*patterns: str) -> Declaration:
    """Cut one of these edges; the seed decides which."""
    return one_edge_of(CUT, *patterns)
