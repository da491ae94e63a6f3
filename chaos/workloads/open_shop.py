"""An open shop: the same customers come again and again, through every gateway, until something has happened.

For faults that take as long as they take (a broker that boots, a deployment): whoever they hit is still there when they are
over, and a little longer, so that it shows whether the shop got well. Each purchase has a key of its own.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

from chaos.client import Line, Money, Product, Stock
from chaos.subject import RunningShop
from chaos.workloads.buyer import Buyer, Habits, operations_of
from chaos.workloads.customers import customers
from chaos.workloads.gateway_connections import spread_over_gateways
from harness.experiment import Context, Drive
from harness.experiment.triggers import Trigger


class StillOpenError(Exception):
    """What should end the workload did not happen in time."""


@dataclass(frozen=True, kw_only=True)
class OpenShop:
    """`buyers` buy one or two units of one of `products` at a time, resting up to `rest_s` seconds in between.

    They come until the trigger `until` is met, and once more; that takes at most `patience_s` seconds. With `opens` the first
    one comes when that trigger is met.
    """

    until: Trigger
    opens: Trigger | None = None
    buyers: int = 24
    products: int = 3
    stock: int = 5000
    rest_s: float = 0.3
    patience_s: float = 90.0
    price: Money = field(default_factory=lambda: Money(1250))
    habits: Habits = field(default_factory=lambda: Habits(insists=0.9, attempts=30, pays=0.5))

    @property
    def operations(self) -> frozenset[str]:
        """Names of the operations that it does."""
        return operations_of(self.habits)

    async def prepare(self, subject: RunningShop, context: Context) -> Drive:
        """See Workload: some products with their stock, and every buyer logged in."""
        admin = await subject.admin()
        goods = [(await admin.create_product(f"Lamp {n}", self.price)).read(Product) for n in range(self.products)]
        for product in goods:
            (await admin.set_stock(product.id, self.stock)).read(Stock)
        buyers = await customers(self.buyers, self.habits, subject, context)
        context.note(f"{len(buyers)} buyers logged in, {self.stock} units of each of {len(goods)} products in stock")
        return lambda: self._open(buyers, goods, subject, context)

    async def _open(self, buyers: Sequence[Buyer], goods: Sequence[Product], subject: RunningShop, context: Context) -> None:
        if self.opens is not None:
            await context.progress.until(self.opens)
        async with spread_over_gateways(buyers, subject) as placed, asyncio.TaskGroup() as group:
            closing = group.create_task(self._closing(context))
            for buyer in placed:
                group.create_task(self._comes(buyer, goods, closing, context))

    async def _closing(self, context: Context) -> None:
        try:
            async with asyncio.timeout(self.patience_s):
                await context.progress.until(self.until)
        except TimeoutError as error:
            raise StillOpenError(f"after {self.patience_s:g} s it is still not so that {self.until}") from error

    async def _comes(self, buyer: Buyer, goods: Sequence[Product], closing: asyncio.Task[None], context: Context) -> None:
        for visit in count():
            last = closing.done()
            lines = [Line(buyer.random.choice(goods).id, buyer.random.randint(1, 2))]
            await buyer.buys(f"open-{context.seed}-{buyer.name}-{visit}", lines)
            if last:
                return
            await asyncio.wait((closing,), timeout=buyer.random.random() * self.rest_s)
