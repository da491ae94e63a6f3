"""cut: the connections of some edges break and no new ones are let through, as when somebody pulls a cable out."""

from collections.abc import Callable
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from chaos.faults.edges import EdgeFault
from harness.proxy.client import EffectsState, ProxyClient


class Cut(EdgeFault):
    """Cuts edges; heals by mending them."""

    unit = "connections cut"

    async def hurt(self, proxy: ProxyClient, edge: str) -> None:
        """See EdgeFault."""
        await proxy.disable(edge)

    async def spare(self, proxy: ProxyClient, edge: str) -> None:
        """See EdgeFault."""
        await proxy.enable(edge)

    def effect(self, before: EffectsState, now: EffectsState) -> int:
        """See EdgeFault. A real Toxiproxy tells of a connection when that has ended, and then only of its bytes: that they
        appear just now tells that there was at least one.
        """
        if not now.complete:
            return int(now.upstream.received + now.downstream.received > before.upstream.received + before.downstream.received)
        return now.connections.cut - before.connections.cut


def cut(*edges: str) -> Callable[[Random], Cut]:
    """Cut these edges."""
    return lambda _random: Cut(*edges)


def cut_one_of(*edges: str) -> Callable[[Random], Cut]:
    """Cut one of these edges; the seed decides which."""
    return lambda random: Cut(random.choice(edges))
