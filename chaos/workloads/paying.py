"""First all buyers order, then all pay, some of them with a second payment when the first one's outcome is unknown.

Daring customers are in the shop from the first payment on, so that the number of payments by then does not depend on them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from chaos.client import Product
from chaos.subject import RunningShop
from chaos.workloads.buyer import TO_ORDER, TO_PAY, Buyer, Habits
from chaos.workloads.customers import customers
from chaos.workloads.daring.crowd import Beside, Crowd, arriving, operations_of_crowd
from chaos.workloads.reserving import at_once, goods, reserved
from chaos.workloads.staff import STOCKING
from harness.experiment import Context, Drive

PAYS = Habits(retries=1.0, attempts=8, pays_again=0.3, bad_card=0.1)


@dataclass(frozen=True, kw_only=True)
class PayingBuyers:
    """`buyers` order a unit each; when all are reserved they pay, `concurrent` of them at any time."""

    buyers: int = 60
    concurrent: int = 12
    habits: Habits = field(default=PAYS)
    daring: Crowd | None = field(default_factory=Crowd)
    """Who else is in the shop meanwhile; None: nobody."""

    @property
    def operations(self) -> frozenset[str]:
        """Names of the operations that it does."""
        return TO_ORDER | TO_PAY | STOCKING | operations_of_crowd(self.daring)

    async def prepare(self, subject: RunningShop, context: Context) -> Drive:
        """See Workload: a product with a unit per buyer, and every buyer logged in."""
        product = await goods(subject, self.buyers, context)
        company = await arriving(self.daring, subject, context)
        buyers = await customers(self.buyers, self.habits, subject, context)
        return lambda: self._purchases(buyers, product, company, context)

    async def _purchases(self, buyers: Sequence[Buyer], product: Product, company: Beside, context: Context) -> None:
        purchases = await reserved(buyers, product, context)
        async with company():
            await at_once(self.concurrent, (each.buyer.pays(each.order) for each in purchases))
