"""partition: two groups of members do not hear each other any more: bytes vanish, connections stay open and silent.

A cut says so at once; a partition says nothing, which is worse. One way, only what the first group sends to the second is
lost: requests of the first never arrive, and answers of the first to what the second asks are lost too.
"""

from collections.abc import Callable, Sequence
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from chaos.faults.edges import HasEdges, named
from harness.experiment import AssumptionError, Proof
from harness.proxy.client import EffectsState, ProxyApiError
from harness.proxy.direction import Direction

NOT_FOUND = 404


class Partition:
    """Silences edges between two groups of members, given as patterns of their names."""

    def __init__(self, ones: Sequence[str], others: Sequence[str], *, one_way: bool) -> None:
        self.ones = tuple(ones)
        self.others = tuple(others)
        self.one_way = one_way
        self.target = f"{', '.join(ones)} {'-/->' if one_way else '<-/->'} {', '.join(others)}"
        self._silenced: tuple[tuple[str, Direction], ...] = ()
        self._before: dict[str, EffectsState] = {}

    async def assume(self, subject: HasEdges) -> None:
        """See Fault."""
        edges = subject.stack.edges()
        there = named(edges, self.ones, self.others)
        back = named(edges, self.others, self.ones)
        if not there and not back:
            raise AssumptionError(f"no edge leads between {', '.join(self.ones)} and {', '.join(self.others)}")
        silenced = [(edge, Direction.UPSTREAM) for edge in there] + [(edge, Direction.DOWNSTREAM) for edge in back]
        if not self.one_way:
            silenced += [(edge, Direction.DOWNSTREAM) for edge in there] + [(edge, Direction.UPSTREAM) for edge in back]
        self._silenced = tuple(silenced)

    async def inject(self, subject: HasEdges) -> None:
        """See Fault."""
        async with subject.proxy as proxy:
            self._before = {edge: await proxy.effects(edge) for edge, _ in self._silenced}
            for edge, stream in self._silenced:
                await proxy.add_toxic(edge, "timeout", stream=stream, name=_toxic(stream), timeout=0)

    async def prove(self, subject: HasEdges) -> Proof:
        """See Fault."""
        async with subject.proxy as proxy:
            lost = {edge: dropped(await proxy.effects(edge)) - dropped(old) for edge, old in self._before.items()}
        said = [f"{edge}: {count:,} bytes lost" for edge, count in lost.items() if count]
        return Proof(effective=bool(said), detail="; ".join(said) or f"nothing was lost on {len(lost)} edges")

    async def heal(self, subject: HasEdges) -> str:
        """See Fault. Connections that lost bytes are cut: what comes after a hole is not what was sent."""
        async with subject.proxy as proxy:
            for edge, stream in self._silenced:
                try:
                    await proxy.remove_toxic(edge, _toxic(stream))
                except ProxyApiError as error:
                    if error.status != NOT_FOUND:  # it was not injected everywhere
                        raise
            for edge in self._before:
                await proxy.disable(edge)
                await proxy.enable(edge)
        return f"{len(self._before)} edges carry both ways again, on new connections"


def dropped(state: EffectsState) -> int:
    """Bytes lost on an edge so far, both ways."""
    return state.upstream.dropped + state.downstream.dropped


def _toxic(stream: Direction) -> str:
    return f"partition_{stream}"


def partition(ones: Sequence[str], others: Sequence[str], *, one_way: bool = False) -> Callable[[Random], Partition]:
    """Part these members from those. `one_way`: only what the first ones send is lost."""
    return lambda _random: Partition(ones, others, one_way=one_way)
