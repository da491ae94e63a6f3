"""The health probe: creates a product and an account, places an order and cancels it."""

import uuid

from chaos.client import Address, Line, Money, Order, Product, Session, Shop
from harness.experiment import NotSteadyError

PASSWORD = "probe-password"  # noqa: S105 - an account of a throw-away shop
ADDRESS = Address("Probe", "Steady Street 1", "Bern", "3000", "CH")


async def probe(shop: Shop, admin: Shop) -> None:
    """Place and cancel an order. Raises NotSteadyError, RefusedError, httpx.HTTPError.

    The product, the account and the cancelled order stay, and violate no guarantee.
    """
    mark = uuid.uuid4().hex[:12]
    product = (await admin.create_product(f"Probe {mark}", Money(100))).read(Product)
    await admin.set_stock(product.id, 1)
    email = f"probe-{mark}@shop.example"
    await shop.register(email, PASSWORD, "Probe")
    customer = shop.as_user((await shop.login(email, PASSWORD)).read(Session))
    placed = await customer.place_order(f"probe-{mark}", [Line(product.id, 1)], ADDRESS)
    if placed.status != 201:
        raise NotSteadyError(f"a probe order was answered {placed.status}: {dict(placed.body)}")
    order = placed.read(Order)
    cancelled = (await customer.cancel(order.id)).read(Order)
    if cancelled.status != "CANCELLED":
        raise NotSteadyError(f"a probe order was cancelled and is {cancelled.status}")
