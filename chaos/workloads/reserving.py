"""The first phase of workloads about paying: a product, and a reserved order for every buyer.

All orders are reserved before the first payment, so that the number of payments does not depend on timing.
"""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from chaos.client import Line, Money, Order, Product
from chaos.subject import RunningShop
from chaos.workloads.buyer import Buyer
from chaos.workloads.staff import staff
from harness.experiment import Context

PRICE = Money(1999)
ORDERING = 30
"""Buyers who order at a time."""


@dataclass(frozen=True)
class Purchase:
    """A buyer with an order that is reserved."""

    buyer: Buyer
    order: Order


async def goods(subject: RunningShop, units: int, context: Context) -> Product:
    """Create a product with `units` in stock. Raises RefusedError, httpx.HTTPError."""
    return await (await staff(subject, context)).stocks("Lamp", PRICE, units)


async def reserved(buyers: Sequence[Buyer], product: Product, context: Context) -> Sequence[Purchase]:
    """Every buyer orders one unit; returns those whose order is reserved."""
    purchases: list[Purchase] = []

    async def orders(buyer: Buyer) -> None:
        order = await buyer.places(f"lamp-{context.seed}-{buyer.name}", [Line(product.id, 1)])
        if order is not None:
            purchases.append(Purchase(buyer, order))

    await at_once(ORDERING, (orders(buyer) for buyer in buyers))
    context.note(f"{len(purchases)} of {len(buyers)} orders await their payment")
    return sorted(purchases, key=lambda purchase: purchase.buyer.name)


async def at_once(most: int, work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run all of `work`, at most `most` at a time. Raises ExceptionGroup of what the work raises."""
    limit = asyncio.Semaphore(most)

    async def when_free(each: Coroutine[Any, Any, None]) -> None:
        async with limit:
            await each

    async with asyncio.TaskGroup() as group:
        for each in work:
            group.create_task(when_free(each))
