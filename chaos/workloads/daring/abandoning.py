"""Customers who order, do not pay, and look what becomes of their order, until its time is over."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from chaos.client import Line, Product
from chaos.workloads.buyer import Buyer

LOOKS, LOOK_S = 40, 0.5


@dataclass(frozen=True, kw_only=True)
class Abandoning:
    """Each of the `buyers` orders one unit of `product` and looks every LOOK_S seconds."""

    buyers: Sequence[Buyer]
    product: Product
    mark: str

    async def runs(self) -> None:
        """Until each has seen that its order is no longer reserved, or given up."""
        async with asyncio.TaskGroup() as group:
            for buyer in self.buyers:
                group.create_task(self._looks_on(buyer))

    async def _looks_on(self, buyer: Buyer) -> None:
        order = await buyer.places(f"left-{self.mark}-{buyer.name}", [Line(self.product.id, 1)])
        for _ in range(LOOKS if order else 0):
            await asyncio.sleep(LOOK_S)
            seen = await buyer.reads(order.id) if order else None
            if seen is not None and seen.status != "RESERVED":
                return
