"""Everything that customers and staff can do, without faults: a crowd of daring customers, and contests for the last units."""

import asyncio
from dataclasses import dataclass, field, replace

from chaos.client import Money
from chaos.subject import RunningShop
from chaos.workloads.buyer import Habits
from chaos.workloads.customers import customers
from chaos.workloads.daring.abandoning import Abandoning
from chaos.workloads.daring.contest import Contest, in_groups, units_of_rare
from chaos.workloads.daring.crowd import Company, Crowd
from chaos.workloads.gateway_connections import spread_over_gateways
from chaos.workloads.staff import staff
from harness.experiment import Context, Drive

RIVAL = Habits(retries=1.0, attempts=6, busy_retries=2, polls=10)


@dataclass(frozen=True, kw_only=True)
class DaringShop:
    """A `crowd` does `acts` each; `rivals` in `groups` contest `rare` products of 1 or 2 units each, `rounds` times.

    Others, `abandoning`, order something, do not pay, and look until its time is over.
    """

    crowd: Crowd = field(default_factory=lambda: Crowd(customers=10, pause_s=0.2, accounts=True))
    acts: int = 15
    rare: int = 60
    rivals: int = 24
    groups: int = 8
    rounds: int = 4
    abandoning: int = 6
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
        made = await customers(self.rivals + self.abandoning, RIVAL, subject, context)
        rivals, others = made[: self.rivals], made[self.rivals :]
        contest = Contest(groups=[rivals], rare=rare, seed=context.seed, mark=context.mark, rounds=self.rounds)
        left = await clerk.stocks("Lamp that is left", self.price, self.abandoning)
        abandoning = Abandoning(buyers=others, product=left, mark=context.mark)
        return lambda: self._open(company, contest, abandoning)

    async def _open(self, company: Company, contest: Contest, abandoning: Abandoning) -> None:
        rivals = [each for group in contest.groups for each in group]
        everybody = [*rivals, *abandoning.buyers]
        async with spread_over_gateways(everybody, company.subject) as placed, asyncio.TaskGroup() as group:
            group.create_task(company.acts(self.acts, asyncio.Event()))
            group.create_task(replace(abandoning, buyers=placed[len(rivals) :]).runs())
            group.create_task(replace(contest, groups=in_groups(placed[: len(rivals)], self.groups)).runs())
