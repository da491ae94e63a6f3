"""Every buyer completes and cancels an order concurrently, and retries while the answer is ORDER_BUSY.

The two requests are those of two processes in the history; which of them leaves first is drawn.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from chaos.client import Product
from chaos.subject import RunningShop
from chaos.workloads.buyer import TO_CANCEL, TO_ORDER, TO_PAY, Buyer, Habits
from chaos.workloads.customers import customers
from chaos.workloads.reserving import Purchase, at_once, goods, reserved
from chaos.workloads.staff import STOCKING
from harness.experiment import Context, Drive

RACES = Habits(retries=1.0, attempts=8, busy_retries=6)


@dataclass(frozen=True, kw_only=True)
class RacingBuyers:
    """`buyers` order a unit each, then pay and cancel it at most `max_offset_s` seconds apart, `concurrent` at a time."""

    buyers: int = 60
    concurrent: int = 12
    max_offset_s: float = 0.05
    habits: Habits = field(default=RACES)

    @property
    def operations(self) -> frozenset[str]:
        """Names of the operations that it does."""
        return TO_ORDER | TO_PAY | TO_CANCEL | STOCKING

    async def prepare(self, subject: RunningShop, context: Context) -> Drive:
        """See Workload: a product with a unit per buyer, and every buyer logged in."""
        product = await goods(subject, self.buyers, context)
        buyers = await customers(self.buyers, self.habits, subject, context)
        return lambda: self._races(buyers, product, context)

    async def _races(self, buyers: Sequence[Buyer], product: Product, context: Context) -> None:
        purchases = await reserved(buyers, product, context)
        await at_once(self.concurrent, (self._race(each, context) for each in purchases))

    async def _race(self, purchase: Purchase, context: Context) -> None:
        buyer, order = purchase.buyer, purchase.order
        name = f"{buyer.name}-cancels"
        other = replace(buyer, name=name, random=context.seed.stream(name))
        payment = await buyer.authorises(order)

        async def pays() -> None:
            await asyncio.sleep(buyer.random.random() * self.max_offset_s)
            if payment is not None:
                await buyer.completes(order, payment)

        async def cancels() -> None:
            await asyncio.sleep(other.random.random() * self.max_offset_s)
            await other.cancels(order)

        await asyncio.gather(pays(), cancels())
