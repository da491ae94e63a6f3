"""A flash sale: more buyers than units, ordering concurrently."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from chaos.client import Line, Money, Product
from chaos.subject import RunningShop
from chaos.workloads.buyer import Buyer, Habits, operations_of
from chaos.workloads.customers import customers
from chaos.workloads.daring.crowd import Beside, Crowd, arriving, operations_of_crowd
from chaos.workloads.gateway_connections import spread_over_gateways
from chaos.workloads.staff import STOCKING, staff
from harness.experiment import Context, Drive


@dataclass(frozen=True, kw_only=True)
class FlashSale:
    """`buyers` want one of `stock` units each; `concurrent` of them are in the shop at any time."""

    stock: int = 100
    buyers: int = 300
    concurrent: int = 40
    price: Money = field(default_factory=lambda: Money(1999))
    habits: Habits = field(default_factory=Habits)
    daring: Crowd | None = field(default_factory=Crowd)
    """Who else is in the shop meanwhile; None: nobody."""

    @property
    def operations(self) -> frozenset[str]:
        """Names of the operations that it does."""
        return operations_of(self.habits) | STOCKING | operations_of_crowd(self.daring)

    async def prepare(self, subject: RunningShop, context: Context) -> Drive:
        """See Workload: one product with its stock, and every buyer logged in."""
        product = await (await staff(subject, context)).stocks("Flash sale lamp", self.price, self.stock)
        company = await arriving(self.daring, subject, context)
        buyers = await customers(self.buyers, self.habits, subject, context)
        context.note(f"{len(buyers)} buyers logged in, {self.stock} units of {product.id} in stock")
        return lambda: self._sale(buyers, product, company, subject, context)

    async def _sale(
        self, buyers: Sequence[Buyer], product: Product, company: Beside, subject: RunningShop, context: Context
    ) -> None:
        queue = list(buyers)
        context.seed.stream("door").shuffle(queue)  # the stream's name decides what the seed draws: keep it
        limit = asyncio.Semaphore(self.concurrent)

        async def when_free(buyer: Buyer) -> None:
            async with limit:
                await buyer.buys(f"sale-{context.seed}-{buyer.name}", [Line(product.id, 1)])

        async with spread_over_gateways(queue, subject) as arrived, company(), asyncio.TaskGroup() as group:
            for buyer in arrived:
                group.create_task(when_free(buyer))
