"""A member of the shop's staff: creates products, sets prices and stock, reads and withdraws products; all of it is recorded.

Judges take prices and units from what was acknowledged to staff, so workloads create their products through this.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

from chaos.client import Answer, Category, Money, Product, Shop, Stock, accepted
from chaos.observations import catalogue, identity
from chaos.observations.outside import Amount
from chaos.subject import RunningShop
from chaos.workloads.client_process import ClientProcess
from harness.experiment import Context
from harness.history import Row
from harness.recording import operation

STOCKING = frozenset({catalogue.CREATE_PRODUCT, catalogue.SET_STOCK})
"""The operations of preparing a product."""

CHANGING = frozenset({catalogue.SET_PRICE, catalogue.SET_STOCK, catalogue.READ_STOCK, catalogue.WITHDRAW_PRODUCT})
"""The operations of staff while the shop is open; they may also create a product."""


@dataclass(frozen=True)
class Staff:
    """`client` is the process in the history; `shop` is authenticated as an admin."""

    client: ClientProcess
    shop: Shop

    async def stocks(self, name: str, price: Money, units: int, *, category_id: str | None = None) -> Product:
        """Create a product with `units` in stock, repeated while the shop is busy. Raises RefusedError, httpx.HTTPError."""
        sent: Row = asdict(catalogue.NewProduct(name, _amount(price), category_id or ""))

        async def creates() -> Answer:
            create = self.shop.create_product
            return await self._asks(catalogue.CREATE_PRODUCT, sent, lambda: create(name, price, category_id=category_id))

        product = await accepted(creates, Product)
        units_sent: Row = asdict(catalogue.StockChange(product.id, units))
        await accepted(
            lambda: self._asks(catalogue.SET_STOCK, units_sent, lambda: self.shop.set_stock(product.id, units)), Stock
        )
        return product

    async def makes_category(self, name: str, parent_id: str = "") -> Category:
        """Create a category below another or a root, repeated while the shop is busy. Raises RefusedError, httpx.HTTPError."""
        sent: Row = asdict(catalogue.NewCategory(name, parent_id))
        create = self.shop.create_category
        return await accepted(
            lambda: self._asks(catalogue.CREATE_CATEGORY, sent, lambda: create(name, parent_id or None)), Category
        )

    async def adds_category(self, name: str, parent_id: str = "") -> Answer | None:
        """Create a category once; None when there was no answer."""
        sent: Row = asdict(catalogue.NewCategory(name, parent_id))
        create = self.shop.create_category
        return await self.client.calls(catalogue.CREATE_CATEGORY, sent, lambda: create(name, parent_id or None))

    async def renames_category(self, category_id: str, name: str) -> Answer | None:
        """Give a category another name."""
        sent: Row = asdict(catalogue.CategoryChange(category_id, name))
        change = self.shop.change_category
        return await self.client.calls(catalogue.CHANGE_CATEGORY, sent, lambda: change(category_id, name=name))

    async def moves_category(self, category_id: str, parent_id: str) -> Answer | None:
        """Put a category below another one, or make it a root ("")."""
        sent: Row = asdict(catalogue.CategoryChange(category_id, parent_id=parent_id))
        change = self.shop.change_category
        return await self.client.calls(
            catalogue.CHANGE_CATEGORY, sent, lambda: change(category_id, parent_id=parent_id or None)
        )

    async def deletes_category(self, category_id: str) -> Answer | None:
        """Remove a category, which the shop refuses unless it is empty."""
        sent: Row = asdict(catalogue.OfCategory(category_id))
        return await self.client.calls(catalogue.DELETE_CATEGORY, sent, lambda: self.shop.delete_category(category_id))

    async def creates(self, name: str, price: Money, category_id: str = "") -> Answer | None:
        """Create a product, without stock; None when there was no answer, like all that follow."""
        sent: Row = asdict(catalogue.NewProduct(name, _amount(price), category_id))
        create = self.shop.create_product
        return await self.client.calls(
            catalogue.CREATE_PRODUCT, sent, lambda: create(name, price, category_id=category_id or None)
        )

    async def prices(self, product_id: str, price: Money) -> Answer | None:
        """Set the price of a product."""
        sent: Row = asdict(catalogue.PriceChange(product_id, _amount(price)))
        return await self.client.calls(catalogue.SET_PRICE, sent, lambda: self.shop.change_price(product_id, price))

    async def restocks(self, product_id: str, units: int) -> Answer | None:
        """Set the units of a product that can be ordered from now on."""
        sent: Row = asdict(catalogue.StockChange(product_id, units))
        return await self.client.calls(catalogue.SET_STOCK, sent, lambda: self.shop.set_stock(product_id, units))

    async def counts(self, product_id: str) -> Answer | None:
        """Read the units of a product."""
        sent: Row = asdict(catalogue.StockRead(product_id))
        return await self.client.calls(catalogue.READ_STOCK, sent, lambda: self.shop.stock(product_id))

    async def reads(self, product_id: str) -> Answer | None:
        """Read a product."""
        sent: Row = asdict(catalogue.OfProduct(product_id))
        return await self.client.calls(identity.READ_PRODUCT, sent, lambda: self.shop.product(product_id))

    async def withdraws(self, product_id: str) -> Answer | None:
        """Take a product out of the catalogue; refused while units are reserved."""
        sent: Row = asdict(catalogue.OfProduct(product_id))
        return await self.client.calls(catalogue.WITHDRAW_PRODUCT, sent, lambda: self.shop.withdraw_product(product_id))

    async def _asks(self, name: str, sent: Row, call: Callable[[], Awaitable[Answer]]) -> Answer:
        with operation(self.client.recorder, self.client.name, name, sent):
            return await call()


async def staff(subject: RunningShop, context: Context, name: str = "staff") -> Staff:
    """A member of staff, logged in as the shop's first admin. Raises RefusedError, httpx.HTTPError."""
    return Staff(ClientProcess(name, context.recorder), await subject.admin())


def _amount(money: Money) -> Amount:
    return Amount(money.minor_units, money.currency)
