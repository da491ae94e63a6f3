"""Some reservations are released at the product service, as by an operator, before their buyers pay.

No service of the shop releases the reservation of an order that is being paid. The order service learns of it after the
capture, and has to refund.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from chaos.client import Product
from chaos.client.service_instances import ProductInstance, instance_channel
from chaos.subject import RunningShop
from chaos.workloads.buyer import TO_ORDER, TO_PAY, Buyer, Habits
from chaos.workloads.customers import customers
from chaos.workloads.reserving import Purchase, at_once, goods, reserved
from chaos.workloads.staff import STOCKING
from harness.experiment import Context, Drive
from harness.recording import operation

RELEASE = "release_reservations"
OPERATOR = "operator"
INSTANCE = "product-1"
PAYS = Habits(retries=1.0, attempts=20)
"""Many retries: an order whose payment never began would stay without a reservation, and the run would not settle."""


@dataclass(frozen=True, kw_only=True)
class LostReservations:
    """`buyers` order a unit each, every second reservation is released, and all pay, `concurrent` of them at any time."""

    buyers: int = 60
    concurrent: int = 12
    habits: Habits = field(default=PAYS)

    @property
    def operations(self) -> frozenset[str]:
        """Names of the operations that it does."""
        return TO_ORDER | TO_PAY | {RELEASE} | STOCKING

    async def prepare(self, subject: RunningShop, context: Context) -> Drive:
        """See Workload: a product with a unit per buyer, and every buyer logged in."""
        product = await goods(subject, self.buyers, context)
        buyers = await customers(self.buyers, self.habits, subject, context)
        return lambda: self._purchases(buyers, product, subject, context)

    async def _purchases(self, buyers: Sequence[Buyer], product: Product, subject: RunningShop, context: Context) -> None:
        purchases = await reserved(buyers, product, context)
        await _release(purchases[::2], subject, context)
        await at_once(self.concurrent, (each.buyer.pays(each.order) for each in purchases))


async def _release(purchases: Sequence[Purchase], subject: RunningShop, context: Context) -> None:
    """Raises grpc.aio.AioRpcError."""
    ids = [each.order.id for each in purchases]
    async with instance_channel(subject.stack, INSTANCE) as channel:
        with operation(context.recorder, OPERATOR, RELEASE, {"order_ids": list(ids)}):
            await ProductInstance(channel).release(ids)
