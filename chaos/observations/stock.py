"""Stock: units, the ledger of their movements, and what is reserved for orders, as the product service stored them."""

from dataclasses import dataclass
from enum import StrEnum

STOCK = "product.stock"
MOVEMENTS = "product.stock_movements"
RESERVATIONS = "product.reservations"
RESERVATION_LINES = "product.reservation_lines"
"""Subjects of the observations of the product service's schema."""


class Movement(StrEnum):
    """Kinds of entries of the stock's ledger."""

    PUT = "PUT"
    RESERVE = "RESERVE"
    CONFIRM = "CONFIRM"
    RELEASE = "RELEASE"
    RETURN = "RETURN"


@dataclass(frozen=True, slots=True)
class StockRow:
    """Units of a product."""

    product_id: str
    available: int
    reserved: int
    sold: int


@dataclass(frozen=True, slots=True)
class MovementRow:
    """An entry of the stock's append-only ledger; `fence` is the token that it was written under, if it needs one.

    `created_ns` is when it was written, in the history's time; None in runs of before.
    """

    id: int
    product_id: str
    order_id: str | None
    kind: Movement
    quantity: int
    fence: int | None = None
    created_ns: int | None = None


@dataclass(frozen=True, slots=True)
class ReservationRow:
    """What product holds for an order: RESERVED, CONFIRMED or RELEASED."""

    order_id: str
    state: str


@dataclass(frozen=True, slots=True)
class LineRow:
    """Units of a product in an order or in its reservation; name and price as of when it was reserved, None until then.

    Name and price are missing in runs of before.
    """

    order_id: str
    product_id: str
    quantity: int
    name: str | None = None
    unit_price_minor: int | None = None
    currency: str | None = None
