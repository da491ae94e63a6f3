"""The catalogue: what staff do to products, and who reads them (also `identity.READ_PRODUCT`).

For judges, acknowledged operations of staff are the only source of prices.
"""

from dataclasses import dataclass

from chaos.observations.outside import Amount

CREATE_PRODUCT = "create_product"
SET_PRICE = "set_price"
SET_STOCK = "set_stock"
READ_STOCK = "read_stock"
WITHDRAW_PRODUCT = "withdraw_product"
"""Names of the operations of staff."""

LIST_PRODUCTS = "list_products"
"""Name of the operation of visitors who read the catalogue page by page."""

AT_THE_SHOP = (CREATE_PRODUCT, SET_PRICE, SET_STOCK, READ_STOCK, WITHDRAW_PRODUCT, LIST_PRODUCTS)
"""All of them; the shop answers each."""


@dataclass(frozen=True, slots=True)
class NewProduct:
    """Input of CREATE_PRODUCT; the answer's `id` names the product."""

    name: str
    price: Amount


@dataclass(frozen=True, slots=True)
class PriceChange:
    """Input of SET_PRICE."""

    product_id: str
    price: Amount


@dataclass(frozen=True, slots=True)
class StockChange:
    """Input of SET_STOCK: the units that are available from then on."""

    product_id: str
    available: int


@dataclass(frozen=True, slots=True)
class StockRead:
    """Input of READ_STOCK; the answer has the units available, reserved and sold."""

    product_id: str


@dataclass(frozen=True, slots=True)
class OfProduct:
    """Input of WITHDRAW_PRODUCT and READ_PRODUCT."""

    product_id: str


@dataclass(frozen=True, slots=True)
class ProductsPage:
    """Input of LIST_PRODUCTS: a page, numbered from 1, of the products whose names contain `name`.

    The pages that one client reads one after the other, from the first on, have the same `walk`.
    """

    walk: str
    name: str
    page: int
    page_size: int
    sort: str
