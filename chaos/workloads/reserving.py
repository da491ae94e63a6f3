"""The first half of every purchase: goods for all, and everybody has an order that awaits its payment.

Workloads about paying begin with it, so that what happens while people pay does not depend on who got that far.
"""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from chaos.client import Line, Money, Order, Product, Stock
from chaos.subject import RunningShop
from chaos.workloads.buyer import Buyer
from harness.experiment import Context

PRICE = Money(1999)
ORDERING = 30
"""Buyers who order at once."""


@dataclass(frozen=True)
class Purchase:
    """A buyer with an order that is reserved."""

    buyer: Buyer
    order: Order


async def goods(subject: RunningShop, units: int) -> Product:
    """A product with so many units. Raises RefusedError, httpx.HTTPError."""
    admin = await subject.admin()
    product = (await admin.create_product("Lamp", PRICE)).read(Product)
    (await admin.set_stock(product.id, units)).read(Stock)
    return product


async def reserved(buyers: Sequence[Buyer], product: Product, context: Context) -> Sequence[Purchase]:
    """Every buyer orders one unit; those whose order is reserved."""
    made: list[Purchase] = []

    async def orders(buyer: Buyer) -> None:
        order = await buyer.places(f"lamp-{context.seed}-{buyer.name}", [Line(product.id, 1)])
        if order is not None:
            made.append(Purchase(buyer, order))

    await at_once(ORDERING, (orders(buyer) for buyer in buyers))
    context.note(f"{len(made)} of {len(buyers)} orders await their payment")
    return sorted(made, key=lambda purchase: purchase.buyer.name)


async def at_once(most: int, work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Do all of it, at most so many at any time. Raises ExceptionGroup of what the work raises."""
    limit = asyncio.Semaphore(most)

    async def when_free(each: Coroutine[Any, Any, None]) -> None:
        async with limit:
            await each

    async with asyncio.TaskGroup() as group:
        for each in work:
            group.create_task(when_free(each))
