"""The last units of many products: for each, more customers than units order at the same moment, through all gateways.

A product is contested again and again: whoever got units gives them back, sometimes while the others order already. Groups work
at the same time, each at products of its own, so that instances have several contests in hand at once.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from chaos.client import Line, Order, Product
from chaos.workloads.buyer import Buyer
from harness.seed import Seed

RACES, PAYS, ALL = 0.4, 0.4, 0.2
"""Probabilities: that the losers of a round order again while its winners give back, that a winner of the last round pays, that
everybody wants all units there are."""

Won = list[tuple[Buyer, Order]]


@dataclass(frozen=True, kw_only=True)
class Contest:
    """`rivals` in groups, each at several gateways; a group contests one product of `rare` after the other, `rounds` times."""

    groups: Sequence[Sequence[Buyer]]
    rare: Sequence[tuple[Product, int]]
    seed: Seed
    mark: str
    rounds: int

    async def runs(self) -> None:
        """Let all groups order all products, each product by one group."""
        async with asyncio.TaskGroup() as running:
            for number, group in enumerate(self.groups):
                goods = list(islice(self.rare, number, None, len(self.groups)))
                running.create_task(self._contests(self.seed.stream("contest", str(number)), group, goods))

    async def _contests(self, random: Random, group: Sequence[Buyer], goods: Sequence[tuple[Product, int]]) -> None:
        for product, units in goods:
            wanted = Line(product.id, units if random.random() < ALL else 1)
            for turn in range(self.rounds):
                won = await self._round(group, wanted, f"round{turn}")
                if turn + 1 < self.rounds:
                    late = await self._gives_back(won, group, wanted, f"while{turn}" if random.random() < RACES else "")
                    await asyncio.gather(*(buyer.cancels(order) for buyer, order in late))
            for buyer, order in won:
                if random.random() < PAYS:
                    await buyer.pays(order)

    async def _gives_back(self, won: Won, group: Sequence[Buyer], wanted: Line, turn: str) -> Won:
        """The winners cancel; those who got nothing order meanwhile, if there is a `turn` for it. What these then have."""
        winners = {buyer.name for buyer, _ in won}
        losers = [buyer for buyer in group if buyer.name not in winners] if turn else []
        given_back = asyncio.gather(*(buyer.cancels(order) for buyer, order in won))
        late, _ = await asyncio.gather(self._round(losers, wanted, turn), given_back)
        return late

    async def _round(self, group: Sequence[Buyer], wanted: Line, turn: str) -> Won:
        """All of a group order at once; the orders that are reserved."""
        orders = await asyncio.gather(
            *(buyer.places(f"{turn}-{self.mark}-{buyer.name}-{wanted.product_id}", [wanted]) for buyer in group)
        )
        return [(buyer, order) for buyer, order in zip(group, orders, strict=True) if order is not None]


def in_groups(buyers: Sequence[Buyer], count: int) -> list[list[Buyer]]:
    """`count` groups of about the same size, so that neighbours, who are at different gateways, are in the same."""
    size = -(-len(buyers) // count)
    return [list(buyers[at : at + size]) for at in range(0, len(buyers), size)]


def units_of_rare(count: int) -> list[int]:
    """1 or 2 units in turn, for so many products."""
    return list(islice(cycle((1, 1, 2)), count))
