"""What the users of a load need, made before the measured time: customers that are logged in, and products with stock."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from pydantic import JsonValue

from chaos.client import Money
from chaos.subject import RunningShop
from chaos.workloads.buyer import Habits
from chaos.workloads.customers import customers
from chaos.workloads.staff import staff
from harness.experiment import Context

PRICE = Money(1999)


@dataclass(frozen=True, kw_only=True)
class Shop:
    """So many products, each with `stock` units."""

    stock: int
    products: int = 1
    price: Money = field(default_factory=lambda: PRICE)

    async def __call__(self, subject: RunningShop, context: Context, users: int) -> Mapping[str, JsonValue]:
        """See harness.load.workload.World: customers, products and where they are reached."""
        clerk = await staff(subject, context)
        products: list[JsonValue] = []
        for number in range(self.products):
            product = await clerk.stocks(f"Load lamp {number}", self.price, self.stock)
            products.append({"id": product.id})
        made = await customers(users, Habits(), subject, context)
        context.note(f"{len(made)} customers logged in, {self.stock} units of each of {self.products} products in stock")
        rows: list[JsonValue] = [
            {"name": each.name, "user_id": each.user_id, "address": asdict(each.address), "headers": {**each.shop.headers}}
            for each in made
        ]
        stack = subject.stack
        gateways: list[JsonValue] = [f"http://{stack.address(each.name, 'http')}" for each in stack.instances("gateway")]
        return {
            "customers": rows,
            "products": products,
            "gateways": gateways,
            "host": gateways[0],
            "provider": f"http://{stack.address('provider', 'http')}",
        }
