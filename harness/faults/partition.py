"""partition: two groups of members do not hear each other any more: bytes vanish, connections stay open and silent.

A cut says so at once; a partition says nothing, which is worse. One way, only what the first group sends to the second is
lost: requests of the first never arrive, and answers of the first to what the second asks are lost too.
"""

from collections.abc import Sequence
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from harness.direction import Direction
from harness.faults.control import HasStack
from harness.faults.edge_fault import EdgeFault, dropped_since, take_away, toxic_name
from harness.faults.edge_probe import Sight, silenced
from harness.faults.inventory import Declaration, Inventory
from harness.faults.protocol import AssumptionError
from harness.faults.registry import fault_kind
from harness.faults.spec import BOTH, Edge, FaultSpec
from harness.proxy.client import EffectsState, ProxyClient

PARTITION = "partition"


@fault_kind(PARTITION)
class Partition(EdgeFault):
    """Loses what the streams of its edges carry."""

    unit = "bytes lost"

    async def hurt(self, proxy: ProxyClient, edge: Edge) -> None:
        """See EdgeFault."""
        for stream in edge.streams:
            await proxy.add_toxic(edge.name, "timeout", stream=stream, name=toxic_name(PARTITION, stream), timeout=0)

    async def spare(self, proxy: ProxyClient, edge: Edge) -> None:
        """See EdgeFault."""
        for stream in edge.streams:
            await take_away(proxy, edge.name, toxic_name(PARTITION, stream))

    async def heal(self, subject: HasStack) -> str:
        """See Fault. Connections that lost bytes are cut: what comes after a hole is not what was sent."""
        await super().heal(subject)
        async with subject.proxy as proxy:
            for edge in self.spec.edges:
                await proxy.disable(edge.name)
                await proxy.enable(edge.name)
        return f"{len(self.spec.edges)} edges carry both ways again, on new connections"

    def effect(self, edge: Edge, before: EffectsState, now: EffectsState) -> int:
        """See EdgeFault."""
        return dropped_since(edge, before, now)

    def shows(self, edge: Edge, before: Sight, now: Sight) -> bool:
        """See EdgeFault."""
        return silenced(before, now)


def partition(ones: Sequence[str], others: Sequence[str], *, one_way: bool = False) -> Declaration:
    """Part these members from those, given as patterns. `one_way`: only what the first ones send is lost."""

    def declared(inventory: Inventory, _random: Random) -> FaultSpec:
        there, back = ((Direction.UPSTREAM,), (Direction.DOWNSTREAM,)) if one_way else (BOTH, BOTH)
        edges = inventory.edges_between(ones, others, *there) + inventory.edges_between(others, ones, *back)
        if not edges:
            raise AssumptionError(f"no edge leads between {', '.join(ones)} and {', '.join(others)}")
        return FaultSpec(kind=PARTITION, edges=edges)

    return declared
