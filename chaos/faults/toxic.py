"""toxic: one of Toxiproxy's toxics (latency, bandwidth, timeout, reset_peer, slicer, limit_data, slow_close) on some edges.

It proves itself by the bytes that came into its hands and the streams that it closed; on a real Toxiproxy, which tells neither,
by the bytes that were swallowed by the end of their connection.
"""

from collections.abc import Callable
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from chaos.faults.edges import EdgeFault
from harness.proxy.client import EffectsState, ProxyApiError, ProxyClient
from harness.proxy.direction import Direction

NOT_FOUND = 404


class OnEdges(EdgeFault):
    """Puts a toxic on edges; heals by taking it away. `attributes` are Toxiproxy's, times in ms, rates in KB/s."""

    unit = "bytes"

    def __init__(self, kind: str, *patterns: str, stream: Direction, toxicity: float, attributes: dict[str, int]) -> None:
        super().__init__(*patterns)
        self.kind = kind
        self.stream = stream
        self.toxicity = toxicity
        self.attributes = attributes
        self.name = f"fault_{kind}_{stream}"

    async def hurt(self, proxy: ProxyClient, edge: str) -> None:
        """See EdgeFault."""
        await proxy.add_toxic(edge, self.kind, stream=self.stream, name=self.name, toxicity=self.toxicity, **self.attributes)

    async def spare(self, proxy: ProxyClient, edge: str) -> None:
        """See EdgeFault."""
        try:
            await proxy.remove_toxic(edge, self.name)
        except ProxyApiError as error:
            if error.status != NOT_FOUND:  # it was not injected everywhere
                raise

    def effect(self, before: EffectsState, now: EffectsState) -> int:
        """See EdgeFault: bytes that it held or dropped; where it only closes, 1 for each stream."""
        if not now.complete:
            return now.flow(self.stream).dropped - before.flow(self.stream).dropped
        had, has = before.toxics.get(self.name), now.toxics.get(self.name)
        if has is None:
            return 0
        return has.bytes + has.closed - (had.bytes + had.closed if had else 0)


def toxic(
    kind: str, *edges: str, stream: Direction = Direction.DOWNSTREAM, toxicity: float = 1.0, **attributes: int
) -> Callable[[Random], OnEdges]:
    """This toxic on these edges. `stream` is downstream for what the target answers, upstream for what the caller sends."""
    return lambda _random: OnEdges(kind, *edges, stream=stream, toxicity=toxicity, attributes=attributes)
