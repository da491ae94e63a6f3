"""A flash sale: more buyers than units, all of them at the door at once."""

import asyncio
from dataclasses import dataclass, field

from chaos.client import Address, Line, Money, Product, Session, Shop, Stock
from chaos.subject import RunningShop
from chaos.workloads.buyer import Buyer, Habits
from harness.experiment import Context, Drive

PASSWORD = "flash-sale-password"  # noqa: S105 - accounts of a throw-away shop
REGISTERING = 16
"""Accounts made at once; hashing passwords is meant to be dear."""


@dataclass(frozen=True, kw_only=True)
class FlashSale:
    """`buyers` want one of `stock` units each; `at_once` of them are in the shop at any time."""

    stock: int = 100
    buyers: int = 300
    at_once: int = 40
    price: Money = field(default_factory=lambda: Money(1999))
    habits: Habits = field(default_factory=Habits)

    async def prepare(self, subject: RunningShop, context: Context) -> Drive:
        """See Workload: one product with its stock, and every buyer logged in."""
        admin = await subject.admin()
        product = (await admin.create_product("Flash sale lamp", self.price)).read(Product)
        (await admin.set_stock(product.id, self.stock)).read(Stock)
        door = asyncio.Semaphore(REGISTERING)
        async with asyncio.TaskGroup() as group:
            arriving = [group.create_task(self._arrives(number, subject, context, door)) for number in range(self.buyers)]
        buyers = [task.result() for task in arriving]
        context.note(f"{len(buyers)} buyers logged in, {self.stock} units of {product.id} in stock")
        return lambda: self._sale(buyers, product, context)

    async def _arrives(self, number: int, subject: RunningShop, context: Context, door: asyncio.Semaphore) -> Buyer:
        name = f"buyer-{number:03}"
        async with door:
            session = await _account(subject.shop, f"{name}@{context.seed}.shop.example", name)
        return Buyer(
            name=name,
            user_id=session.user.id,
            address=Address(name, f"Sale Street {number}", "Bern", "3000", "CH"),
            shop=subject.shop.as_user(session),
            provider=subject.provider,
            recorder=context.recorder,
            random=context.seed.stream(name),
            habits=self.habits,
        )

    async def _sale(self, buyers: list[Buyer], product: Product, context: Context) -> None:
        queue = list(buyers)
        context.seed.stream("door").shuffle(queue)
        door = asyncio.Semaphore(self.at_once)

        async def enters(buyer: Buyer) -> None:
            async with door:
                await buyer.buys(f"sale-{context.seed}-{buyer.name}", [Line(product.id, 1)])

        async with asyncio.TaskGroup() as group:
            for buyer in queue:
                group.create_task(enters(buyer))


async def _account(shop: Shop, email: str, name: str) -> Session:
    """A new account, logged in. Raises RefusedError, httpx.HTTPError."""
    (await shop.register(email, PASSWORD, name)).read(dict)
    return (await shop.login(email, PASSWORD)).read(Session)
