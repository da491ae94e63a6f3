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
CREATE_CATEGORY, CHANGE_CATEGORY, DELETE_CATEGORY = "create_category", "change_category", "delete_category"
"""Names of the operations of staff."""

LIST_PRODUCTS, LIST_CATEGORIES = "list_products", "list_categories"
"""Names of the operations of visitors who read the catalogue page by page, and the tree (also `identity.READ_CATEGORY`)."""

AT_THE_SHOP = (
    CREATE_PRODUCT,
    SET_PRICE,
    SET_STOCK,
    READ_STOCK,
    WITHDRAW_PRODUCT,
    CREATE_CATEGORY,
    CHANGE_CATEGORY,
    DELETE_CATEGORY,
    LIST_PRODUCTS,
    LIST_CATEGORIES,
)
"""All of them; the shop answers each."""


@dataclass(frozen=True, slots=True)
class NewProduct:
    """Input of CREATE_PRODUCT; the answer's `id` names the product. `category_id` is "" for none."""

    name: str
    price: Amount
    category_id: str = ""


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

    With a `category_id`, of those in that category or below it. The pages that one client reads one after the other, from the
    first on, have the same `walk`. With a `cursor`, that of the page before, the number is not looked at.
    """

    walk: str
    name: str
    page: int
    page_size: int
    sort: str
    category_id: str = ""
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class NewCategory:
    """Input of CREATE_CATEGORY; the answer's `id` names it. `parent_id` is "" for a root."""

    name: str
    parent_id: str = ""


@dataclass(frozen=True, slots=True)
class CategoryChange:
    """Input of CHANGE_CATEGORY: another name, "" for the same; another parent, "" for none and None for the same."""

    category_id: str
    name: str = ""
    parent_id: str | None = None


@dataclass(frozen=True, slots=True)
class OfCategory:
    """Input of DELETE_CATEGORY and READ_CATEGORY."""

    category_id: str


@dataclass(frozen=True, slots=True)
class ChildrenOf:
    """Input of LIST_CATEGORIES; "" for the roots."""

    parent_id: str
