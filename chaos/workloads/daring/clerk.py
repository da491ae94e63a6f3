"""Staff who change prices and stock, add and withdraw products while customers order."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from chaos.client import Money, Product, RefusedError
from chaos.workloads.daring.market import Market
from chaos.workloads.staff import Staff

DIGITS, DEAREST, MOST_UNITS = 4, 5000, 60
"""Of prices that are changed; minor units of a new product's price; units that are put in stock."""

NAMES, FEWEST = 5, 4
"""How many names shelves have, and how many of them there are before any is changed."""

LARGEST_PRICE, LARGEST_STOCK = 100_000_000_000, 1_000_000_000
"""The shop's limits."""


@dataclass
class Clerk:
    """Works as `staff`; what it does is drawn from `random`."""

    staff: Staff
    market: Market
    random: Random
    _within: dict[str, str] = field(default_factory=dict)
    """By shelf, what it was made below."""

    async def works(self) -> None:
        """Do one thing."""
        doing = self._withdraws if self.market.to_be_withdrawn else self.random.choices(*zip(*self._doings(), strict=True))[0]
        await doing()

    def _doings(self) -> list[tuple[Callable[[], Awaitable[None]], int]]:
        usual = [(self._prices, 4), (self._stocks, 4), (self._looks, 3)]
        return [*usual, (self._adds, 1), (self._withdraws, 1), (self._errs, 1), (self._arranges, 6)]

    async def _prices(self) -> None:
        """Set a price, in the product's own currency, and read the product."""
        product = self.random.choice([*self.market.goods, *self.market.foreign])
        price = self.random.randint(1, 10 ** self.random.randint(1, DIGITS))
        await self.staff.prices(product.id, Money(price, product.price.currency))
        await self.staff.reads(product.id)

    async def _stocks(self) -> None:
        product = self.random.choice([*self.market.goods, *self.market.foreign])
        await self.staff.restocks(product.id, self.random.randint(0, MOST_UNITS))
        await self.staff.counts(product.id)

    async def _looks(self) -> None:
        product = self.random.choice(self.market.everything)
        await self.staff.counts(product.id)
        await self.staff.reads(product.id)

    async def _errs(self) -> None:
        """Send what nobody may, or just may: prices, units and names at the limits and beyond them."""
        product = self.random.choice(self.market.doomed)
        for amount in (0, -1, LARGEST_PRICE, LARGEST_PRICE + 1, 1):
            await self.staff.prices(product.id, Money(amount, product.price.currency))
        for currency in ("eur", "EURO", "", product.price.currency):
            await self.staff.prices(product.id, Money(1, currency))
        for units in (-1, LARGEST_STOCK + 1, LARGEST_STOCK, 0, self.random.randint(1, MOST_UNITS)):
            await self.staff.restocks(product.id, units)
        for name in ("", "   ", "N" * 201):
            await self.staff.creates(name, Money(100))

    async def _adds(self) -> None:
        """Add a product that will be withdrawn, and put some units of it in stock."""
        name = f"Doomed lamp {self.market.mark} {len(self.market.doomed)}"
        category = self.random.choice(["", *self.market.categories])
        answer = await self.staff.creates(name, Money(self.random.randint(1, DEAREST)), category)
        if answer is None or answer.status != 201:
            return
        try:
            product = answer.read(Product)
        except RefusedError:  # a malformed answer is recorded and judged
            return
        await self.staff.restocks(product.id, self.random.randint(1, MOST_UNITS))
        self.market.doomed.append(product)

    async def _arranges(self) -> None:
        """Make a shelf, or rename, move or remove one; names are few, and some moves go below the shelf itself."""
        shelves, within = self.market.shelves, self._within
        name = f"Shelf {self.market.mark} {self.random.randrange(NAMES)}"
        below = self.random.choice(["", *self.market.categories, *shelves])
        if len(shelves) < FEWEST or self.random.random() < 0.3:
            made = await self.staff.adds_category(name, below)
            if made is not None and made.status == 201 and isinstance(shelf := made.body.get("id"), str):
                shelves.append(shelf)
                within[shelf] = below
            return
        shelf = self.random.choice(shelves)
        match self.random.randrange(4):
            case 0:
                await self.staff.renames_category(shelf, name)
            case 1:
                parent, child = self.random.choice(
                    [(up, down) for down, up in within.items() if up in shelves] or [(shelf, below)]
                )
                await self.staff.moves_category(parent, child)
            case 2:
                await self.staff.moves_category(shelf, below)
            case _:
                shelf = self.random.choice([shelf, *self.market.categories])
                gone = await self.staff.deletes_category(shelf)
                if gone is not None and gone.status == 204 and shelf in shelves:
                    shelves.remove(shelf)

    async def _withdraws(self) -> None:
        """Withdraw a product, which the shop refuses while units of it are reserved, and look whether it is still there."""
        product = self.market.to_be_withdrawn or self.random.choice(self.market.doomed).id
        self.market.to_be_withdrawn = ""
        await self.staff.withdraws(product)
        await self.staff.reads(product)
        await self.staff.counts(product)
