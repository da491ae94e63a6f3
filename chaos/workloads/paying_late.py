"""Late payers: every buyer pays around the moment at which the reservation expires, a little before or a little after it."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chaos.client import Line, Order, Product
from chaos.subject import RunningShop
from chaos.workloads.buyer import TO_ORDER, TO_PAY, Buyer, Habits
from chaos.workloads.customers import customers
from chaos.workloads.reserving import at_once, goods
from chaos.workloads.staff import STOCKING
from harness.experiment import Context, Drive

PERSISTENT = Habits(retries=1.0, attempts=8, busy_retries=2)


@dataclass(frozen=True, kw_only=True)
class LatePayers:
    """`buyers` order a unit each, `concurrent` of them at any time, and pay from `early_s` seconds before to `late_s` after."""

    buyers: int = 42
    concurrent: int = 14
    early_s: float = 1.0
    late_s: float = 0.5
    habits: Habits = field(default=PERSISTENT)

    @property
    def operations(self) -> frozenset[str]:
        """Names of the operations that it does."""
        return TO_ORDER | TO_PAY | STOCKING

    async def prepare(self, subject: RunningShop, context: Context) -> Drive:
        """See Workload: a product with a unit per buyer, and every buyer logged in."""
        product = await goods(subject, self.buyers, context)
        buyers = await customers(self.buyers, self.habits, subject, context)
        return lambda: self._purchases(buyers, product, context)

    async def _purchases(self, buyers: Sequence[Buyer], product: Product, context: Context) -> None:
        await at_once(self.concurrent, (self._purchase(each, product, context) for each in buyers))

    async def _purchase(self, buyer: Buyer, product: Product, context: Context) -> None:
        order = await buyer.places(f"lamp-{context.seed}-{buyer.name}", [Line(product.id, 1)])
        payment = await buyer.authorises(order) if order is not None else None
        if order is None or payment is None:
            return
        offset_s = buyer.random.uniform(-self.early_s, self.late_s)
        await asyncio.sleep(max(0.0, _left_s(order) + offset_s))
        await buyer.completes(order, payment)


def _left_s(order: Order) -> float:
    """Seconds until an order expires, by this machine's wall clock, which is also the database's."""
    return datetime.fromisoformat(order.expires_at).timestamp() - time.time() if order.expires_at else 0.0
