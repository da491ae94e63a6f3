"""The last units of many products: for each, more customers than units order at the same moment, through all gateways."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice

from chaos.client import Line, Order, Product
from chaos.workloads.buyer import Buyer
from harness.seed import Seed

CANCELS, PAYS = 0.35, 0.5
"""Probabilities of a winner: to give the units back, upon which all order again, or to pay."""


@dataclass(frozen=True)
class Contest:
    """`rivals` in groups, each at several gateways; a group orders one product of `rare` after the other."""

    groups: Sequence[Sequence[Buyer]]
    rare: Sequence[tuple[Product, int]]
    seed: Seed
    mark: str

    async def runs(self) -> None:
        """Let all groups order all products, each product by one group."""
        async with asyncio.TaskGroup() as running:
            for number, group in enumerate(self.groups):
                goods = list(islice(self.rare, number, None, len(self.groups)))
                running.create_task(self._orders(number, group, goods))

    async def _orders(self, number: int, group: Sequence[Buyer], goods: Sequence[tuple[Product, int]]) -> None:
        random = self.seed.stream("contest", str(number))
        for product, units in goods:
            wanted = units if random.random() < 0.2 else 1
            won = await self._round(group, product, wanted, "first")
            given_back = random.random() < CANCELS
            for buyer, order in won:
                if given_back:
                    await buyer.cancels(order)
                elif random.random() < PAYS:
                    await buyer.pays(order)
            if given_back:
                await self._round(group, product, wanted, "again")

    async def _round(self, group: Sequence[Buyer], product: Product, wanted: int, turn: str) -> list[tuple[Buyer, Order]]:
        """All of a group order at once; the orders that are reserved."""
        lines = [Line(product.id, wanted)]
        orders = await asyncio.gather(
            *(buyer.places(f"{turn}-{self.mark}-{buyer.name}-{product.id}", lines) for buyer in group)
        )
        return [(buyer, order) for buyer, order in zip(group, orders, strict=True) if order is not None]


def in_groups(buyers: Sequence[Buyer], count: int) -> list[list[Buyer]]:
    """`count` groups of about the same size, so that neighbours, who are at different gateways, are in the same."""
    size = -(-len(buyers) // count)
    return [list(buyers[at : at + size]) for at in range(0, len(buyers), size)]


def units_of_rare(count: int) -> list[int]:
    """1 to 3 units in turn, for so many products."""
    return list(islice(cycle((1, 2, 3)), count))
