"""The health probe: creates a product and an account, places an order and cancels it."""

import asyncio
import uuid
from collections.abc import Awaitable

import httpx

from chaos.client import Address, Answer, Line, Money, Order, Product, RefusedError, Session, Shop
from harness.experiment import NotSteadyError

PASSWORD = "probe-password"  # noqa: S105 - an account of a throw-away shop
ADDRESS = Address("Probe", "Steady Street 1", "Bern", "3000", "CH")
PATIENCE_S = 18.0
"""How long one request of the probe may take: longer than the gateway's own bound."""


PROBED = 3
"""Units of the probe's product, of which one is ordered: who fails at the last one is for the guarantees to judge."""


async def probe(shop: Shop, admin: Shop) -> None:
    """Place and cancel an order. Raises NotSteadyError, which names the request and its answer.

    The product, the account and the cancelled order stay, and violate no guarantee.
    """
    mark = uuid.uuid4().hex[:12]
    email = f"probe-{mark}@shop.example"
    try:
        product = (await answered("create a product", 201, admin.create_product(f"Probe {mark}", Money(100)))).read(Product)
        await answered("set its stock", 200, admin.set_stock(product.id, PROBED))
        await answered("register a customer", 201, shop.register(email, PASSWORD, "Probe"))
        customer = shop.as_user((await answered("log in", 200, shop.login(email, PASSWORD))).read(Session))
        order = customer.place_order(f"probe-{mark}", [Line(product.id, 1)], ADDRESS)
        placed = (await answered("place an order", 201, order)).read(Order)
        cancelled = (await answered("cancel the order", 200, customer.cancel(placed.id))).read(Order)
    except RefusedError as error:  # an answer of another shape
        raise NotSteadyError(str(error)) from error
    if cancelled.status != "CANCELLED":
        raise NotSteadyError(f"the order of the probe was cancelled and is {cancelled.status}")


async def answered(what: str, status: int, request: Awaitable[Answer]) -> Answer:
    """The answer of a request of the probe. Raises NotSteadyError when it is another status, or none within PATIENCE_S."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            answer = await request
    except TimeoutError as error:
        raise NotSteadyError(f"to {what} was not answered within {PATIENCE_S:g} s") from error
    except httpx.HTTPError as error:
        raise NotSteadyError(f"to {what} ended in {type(error).__name__}: {error}") from error
    if answer.status != status:
        raise NotSteadyError(f"to {what} ({answer.request}) was answered {answer.status}, not {status}: {dict(answer.body)}")
    return answer
