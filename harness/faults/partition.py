"""partition: bytes between two groups of members are dropped; connections stay open.

Unlike a cut it is noticed only by timeouts. One way, only what the first group sends to the second is dropped: its requests,
and its answers to the second group's requests.
"""

from collections.abc import Sequence
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from harness.direction import Direction
from harness.faults.control import HasStack
from harness.faults.edge_fault import EdgeFault, dropped_since, take_away, toxic_name
from harness.faults.edge_probe import ProbeResult, silenced
from harness.faults.inventory import Declaration, Inventory
from harness.faults.protocol import AssumptionError
from harness.faults.registry import fault_kind
from harness.faults.spec import BOTH, Edge, FaultSpec
from harness.proxy.client import EffectsState, ProxyClient

PARTITION = "partition"


@fault_kind(PARTITION)
class Partition(EdgeFault):
    """Drops the bytes of its edges' streams."""

    unit = "bytes lost"

    async def inject_edge(self, proxy: ProxyClient, edge: Edge) -> None:
        """See EdgeFault."""
        for stream in edge.streams:
            await proxy.add_toxic(edge.name, "timeout", stream=stream, name=toxic_name(PARTITION, stream), timeout=0)

    async def heal_edge(self, proxy: ProxyClient, edge: Edge) -> None:
        """See EdgeFault."""
        for stream in edge.streams:
            await take_away(proxy, edge.name, toxic_name(PARTITION, stream))

    async def heal(self, subject: HasStack) -> str:
        """See Fault. Connections that lost bytes are closed, because their byte streams have gaps."""
        await super().heal(subject)
        async with subject.proxy as proxy:
            for edge in self.spec.edges:
                await proxy.disable(edge.name)
                await proxy.enable(edge.name)
        return f"{len(self.spec.edges)} edges carry both ways again, on new connections"

    def effect(self, edge: Edge, before: EffectsState, now: EffectsState) -> int:
        """See EdgeFault."""
        return dropped_since(edge, before, now)

    def shows_effect(self, edge: Edge, before: ProbeResult, now: ProbeResult) -> bool:
        """See EdgeFault."""
        return silenced(before, now)


def partition(ones: Sequence[str], others: Sequence[str], *, one_way: bool = False) -> Declaration:
    """Partition two groups of members, given as patterns. `one_way`: only what the first group sends is dropped."""

    def declared(inventory: Inventory, _random: Random) -> FaultSpec:
        there, back = ((Direction.UPSTREAM,), (Direction.DOWNSTREAM,)) if one_way else (BOTH, BOTH)
        edges = inventory.edges_between(ones, others, *there) + inventory.edges_between(others, ones, *back)
        if not edges:
            raise AssumptionError(f"no edge leads between {', '.join(ones)} and {', '.join(others)}")
        return FaultSpec(kind=PARTITION, edges=edges)

    return declared
