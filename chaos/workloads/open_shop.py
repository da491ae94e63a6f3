"""An open-ended workload: the same buyers order repeatedly, through every gateway, until a trigger is met.

For faults of unknown duration (a broker's start, a deployment): traffic continues until they are healed and for one more
purchase per buyer, so that recovery is observed. Each purchase has a key of its own.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

from chaos.client import Line, Money, Product
from chaos.subject import RunningShop
from chaos.workloads.buyer import Buyer, Habits, operations_of
from chaos.workloads.customers import customers
from chaos.workloads.daring.crowd import Beside, Crowd, arriving, operations_of_crowd
from chaos.workloads.gateway_connections import spread_over_gateways
from chaos.workloads.staff import STOCKING, staff
from harness.experiment import Context, Drive
from harness.experiment.triggers import Trigger


class WorkloadTimeoutError(Exception):
    """The trigger that ends the workload was not met in time."""


@dataclass(frozen=True, kw_only=True)
class OpenShop:
    """`buyers` buy one or two units of one of `products` at a time, pausing up to `pause_s` seconds in between.

    They buy until the trigger `until` is met, and once more; that takes at most `timeout_s` seconds. With `start` they begin
    when that trigger is met.
    """

    until: Trigger
    start: Trigger | None = None
    buyers: int = 24
    products: int = 3
    stock: int = 5000
    pause_s: float = 0.3
    timeout_s: float = 90.0
    price: Money = field(default_factory=lambda: Money(1250))
    habits: Habits = field(default_factory=lambda: Habits(retries=0.9, attempts=30, pays=0.5))
    daring: Crowd | None = field(default_factory=Crowd)
    """Who else is in the shop meanwhile; None: nobody."""

    @property
    def operations(self) -> frozenset[str]:
        """Names of the operations that it does."""
        return operations_of(self.habits) | STOCKING | operations_of_crowd(self.daring)

    async def prepare(self, subject: RunningShop, context: Context) -> Drive:
        """See Workload: some products with their stock, and every buyer logged in."""
        clerk = await staff(subject, context)
        goods = [await clerk.stocks(f"Lamp {n}", self.price, self.stock) for n in range(self.products)]
        company = await arriving(self.daring, subject, context)
        buyers = await customers(self.buyers, self.habits, subject, context)
        context.note(f"{len(buyers)} buyers logged in, {self.stock} units of each of {len(goods)} products in stock")
        return lambda: self._run(buyers, goods, company, subject, context)

    async def _run(
        self, buyers: Sequence[Buyer], goods: Sequence[Product], company: Beside, subject: RunningShop, context: Context
    ) -> None:
        if self.start is not None:
            await context.progress.until(self.start)
        async with spread_over_gateways(buyers, subject) as placed, company(), asyncio.TaskGroup() as group:
            ended = group.create_task(self._until(context))
            for buyer in placed:
                group.create_task(self._buys(buyer, goods, ended, context))

    async def _until(self, context: Context) -> None:
        try:
            async with asyncio.timeout(self.timeout_s):
                await context.progress.until(self.until)
        except TimeoutError as error:
            raise WorkloadTimeoutError(f"after {self.timeout_s:g} s it is still not so that {self.until}") from error

    async def _buys(self, buyer: Buyer, goods: Sequence[Product], ended: asyncio.Task[None], context: Context) -> None:
        for visit in count():
            last = ended.done()
            lines = [Line(buyer.random.choice(goods).id, buyer.random.randint(1, 2))]
            await buyer.buys(f"open-{context.seed}-{buyer.name}-{visit}", lines)
            if last:
                return
            await asyncio.wait((ended,), timeout=buyer.random.random() * self.pause_s)
