"""Everything that customers and staff can do, without faults: a crowd of daring customers, and contests for the last units."""

import asyncio
from dataclasses import dataclass, field

from chaos.client import Money
from chaos.subject import RunningShop
from chaos.workloads.buyer import Habits
from chaos.workloads.customers import customers
from chaos.workloads.daring.contest import Contest, in_groups, units_of_rare
from chaos.workloads.daring.crowd import Company, Crowd
from chaos.workloads.gateway_connections import spread_over_gateways
from chaos.workloads.staff import staff
from harness.experiment import Context, Drive

RIVAL = Habits(retries=1.0, attempts=6, busy_retries=2, polls=10)


@dataclass(frozen=True, kw_only=True)
class DaringShop:
    """A `crowd` whose members do `acts` each; `rivals` in `groups` contest `rare` products of 1 to 3 units each."""

    crowd: Crowd = field(default_factory=lambda: Crowd(customers=10, pause_s=0.2, accounts=True))
    acts: int = 12
    rare: int = 60
    rivals: int = 16
    groups: int = 4
    price: Money = field(default_factory=lambda: Money(777))

    @property
    def operations(self) -> frozenset[str]:
        """Names of the operations that it does."""
        return self.crowd.operations

    async def prepare(self, subject: RunningShop, context: Context) -> Drive:
        """See Workload: products for the crowd, rare ones for the contests, and every account."""
        company = await self.crowd.prepare(subject, context)
        clerk = await staff(subject, context)
        rare = [
            (await clerk.stocks(f"Rare lamp {number}", self.price, units), units)
            for number, units in enumerate(units_of_rare(self.rare))
        ]
        rivals = await customers(self.rivals, RIVAL, subject, context)
        return lambda: self._open(company, Contest(in_groups(rivals, self.groups), rare, context.seed, context.mark))

    async def _open(self, company: Company, contest: Contest) -> None:
        rivals = [each for group in contest.groups for each in group]
        async with spread_over_gateways(rivals, company.subject) as placed, asyncio.TaskGroup() as group:
            spread = Contest(in_groups(placed, self.groups), contest.rare, contest.seed, contest.mark)
            group.create_task(company.acts(self.acts, asyncio.Event()))
            group.create_task(spread.runs())
