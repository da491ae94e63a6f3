"""Staff who change prices and stock, add and withdraw products while customers order."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from chaos.client import Money, Product, RefusedError
from chaos.workloads.daring.market import Market
from chaos.workloads.staff import Staff

DEAREST, MOST_UNITS = 5000, 60
"""Minor units of a price; units that are put in stock."""


@dataclass
class Clerk:
    """Works as `staff`; what it does is drawn from `random`."""

    staff: Staff
    market: Market
    random: Random

    async def works(self) -> None:
        """Do one thing."""
        doing = self.random.choices(*zip(*self._doings(), strict=True))[0]
        await doing()

    def _doings(self) -> list[tuple[Callable[[], Awaitable[None]], int]]:
        return [(self._prices, 4), (self._stocks, 4), (self._looks, 3), (self._adds, 1), (self._withdraws, 1)]

    async def _prices(self) -> None:
        """Set a price, in the product's own currency, and read the product."""
        product = self.random.choice([*self.market.goods, *self.market.foreign])
        await self.staff.prices(product.id, Money(self.random.randint(1, DEAREST), product.price.currency))
        await self.staff.reads(product.id)

    async def _stocks(self) -> None:
        product = self.random.choice([*self.market.goods, *self.market.foreign])
        await self.staff.restocks(product.id, self.random.randint(0, MOST_UNITS))
        await self.staff.counts(product.id)

    async def _looks(self) -> None:
        product = self.random.choice(self.market.everything)
        await self.staff.counts(product.id)
        await self.staff.reads(product.id)

    async def _adds(self) -> None:
        """Add a product that will be withdrawn, and put some units of it in stock."""
        name = f"Doomed lamp {self.market.mark} {len(self.market.doomed)}"
        answer = await self.staff.creates(name, Money(self.random.randint(1, DEAREST)))
        if answer is None or answer.status != 201:
            return
        try:
            product = answer.read(Product)
        except RefusedError:  # a malformed answer is recorded and judged
            return
        await self.staff.restocks(product.id, self.random.randint(1, MOST_UNITS))
        self.market.doomed.append(product)

    async def _withdraws(self) -> None:
        """Withdraw a product; the shop refuses while units of it are reserved."""
        await self.staff.withdraws(self.random.choice(self.market.doomed).id)
