"""First all buyers order, then all pay, some of them with a second payment when the first one's outcome is unknown."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from chaos.client import Product
from chaos.subject import RunningShop
from chaos.workloads.buyer import TO_ORDER, TO_PAY, Buyer, Habits
from chaos.workloads.customers import customers
from chaos.workloads.reserving import at_once, goods, reserved
from harness.experiment import Context, Drive

PAYS = Habits(retries=1.0, attempts=8, pays_again=0.3, bad_card=0.1)


@dataclass(frozen=True, kw_only=True)
class PayingBuyers:
    """`buyers` order a unit each; when all are reserved they pay, `concurrent` of them at any time."""

    buyers: int = 60
    concurrent: int = 12
    habits: Habits = field(default=PAYS)

    @property
    def operations(self) -> frozenset[str]:
        """Names of the operations that it does."""
        return TO_ORDER | TO_PAY

    async def prepare(self, subject: RunningShop, context: Context) -> Drive:
        """See Workload: a product with a unit per buyer, and every buyer logged in."""
        product = await goods(subject, self.buyers)
        buyers = await customers(self.buyers, self.habits, subject, context)
        return lambda: self._purchases(buyers, product, context)

    async def _purchases(self, buyers: Sequence[Buyer], product: Product, context: Context) -> None:
        purchases = await reserved(buyers, product, context)
        await at_once(self.concurrent, (each.buyer.pays(each.order) for each in purchases))
