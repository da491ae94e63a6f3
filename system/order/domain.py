"""What an order is and how it may move. Pure: no I/O, standard library only."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from system.common.email_address import is_email
from system.common.totals import HIGHEST_TOTAL

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
COUNTRY = re.compile(r"[A-Z]{2}")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
MAX_LINES = 100
MAX_QUANTITY = 1_000_000
MAX_KEY = 255


class Status(StrEnum):
    """Where an order is."""

    PENDING = "PENDING"
    RESERVED = "RESERVED"
    REJECTED = "REJECTED"
    PAID = "PAID"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


MOVES: Mapping[Status, frozenset[Status]] = {
    Status.PENDING: frozenset({Status.RESERVED, Status.REJECTED}),
    Status.RESERVED: frozenset({Status.PAID, Status.CANCELLED, Status.EXPIRED}),
    Status.REJECTED: frozenset(),
    Status.PAID: frozenset(),
    Status.CANCELLED: frozenset(),
    Status.EXPIRED: frozenset(),
}


def before(target: Status) -> frozenset[Status]:
    """The statuses from which an order may move to `target`."""
    return frozenset(source for source, targets in MOVES.items() if target in targets)


@dataclass(frozen=True)
class Money:
    """An amount in minor units."""

    minor_units: int
    currency: str


@dataclass(frozen=True)
class Item:
    """A line. Name and price are those of the moment it was reserved."""

    product_id: str
    quantity: int
    name: str = ""
    unit_price: Money | None = None


@dataclass(frozen=True)
class Address:
    """Where an order goes."""

    recipient: str
    street: str
    city: str
    postal_code: str
    country: str


@dataclass(frozen=True)
class Placement:
    """A customer's wish, as it came from the queue."""

    order_id: str
    user_id: str
    customer_email: str
    idempotency_key: str
    items: tuple[Item, ...]
    address: Address

    @property
    def key(self) -> tuple[str, str]:
        """What stands for one order alone: the customer and the key."""
        return self.user_id, self.idempotency_key


class PaymentOutcome(StrEnum):
    """How an attempt to pay ended."""

    CAPTURED = "CAPTURED"
    DECLINED = "DECLINED"
    REFUNDED = "REFUNDED"


@dataclass(frozen=True)
class PaymentAttempt:
    """The last attempt to pay that has ended, with its time (UTC)."""

    payment_id: str
    outcome: PaymentOutcome
    reason: str
    ended_at: datetime


@dataclass(frozen=True)
class Order:
    """An order as stored. Times are UTC."""

    id: str
    user_id: str
    customer_email: str
    status: Status
    reason: str
    items: tuple[Item, ...]
    total: Money | None
    address: Address
    payment_id: str
    fingerprint: str
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None
    last_payment: PaymentAttempt | None = None
    overdue: bool = False
    """Whether, by the database's clock, the time to pay is over."""


def fault_of(placement: Placement) -> str:
    """Why a placement can never be handled, as a constant; empty when it can.

    Whatever passes can be stored, reserved, paid and mailed: a placement that fails later fails with its whole batch.
    """
    products = [item.product_id for item in placement.items]
    rules = (
        ("NO_IDENTITY", not (UUID.fullmatch(placement.order_id) and UUID.fullmatch(placement.user_id))),
        ("NO_IDENTITY", not 1 <= len(placement.idempotency_key) <= MAX_KEY),
        ("BAD_EMAIL", not is_email(placement.customer_email)),
        ("NO_ITEMS", not placement.items),
        ("TOO_MANY_ITEMS", len(placement.items) > MAX_LINES),
        ("DUPLICATE_PRODUCT", len(set(products)) < len(products)),
        ("BAD_PRODUCT_ID", not all(len(product) == 36 and product.isascii() for product in products)),
        ("BAD_QUANTITY", not all(1 <= item.quantity <= MAX_QUANTITY for item in placement.items)),
        ("BAD_ADDRESS", not _can_be_sent_to(placement.address)),
    )
    return next((reason for reason, broken in rules if broken), "")


def _can_be_sent_to(address: Address) -> bool:
    limits = ((address.recipient, 200), (address.street, 200), (address.city, 100), (address.postal_code, 20))
    fitting = all(1 <= len(text) <= most and not CONTROL.search(text) for text, most in limits)
    return fitting and COUNTRY.fullmatch(address.country) is not None


def content(placement: Placement) -> list[str]:
    """What must be the same for two requests under one key to be the same request."""
    a = placement.address
    lines = sorted(f"{item.product_id}:{item.quantity}" for item in placement.items)
    return [*lines, a.recipient, a.street, a.city, a.postal_code, a.country]


def sum_of(items: Sequence[Item]) -> Money | None:
    """The total of priced lines, or None when their currencies differ. Raises ValueError for a line without a price."""
    prices = [item.unit_price for item in items if item.unit_price is not None]
    if len(prices) < len(items):
        raise ValueError("a line has no price")
    if len({price.currency for price in prices}) != 1:
        return None
    total = sum(item.quantity * price.minor_units for item, price in zip(items, prices, strict=True))
    return Money(total, prices[0].currency)


def why_not_offered(items: Sequence[Item]) -> str:
    """Why priced lines cannot become an order, as a constant; empty when they can. Raises ValueError like `sum_of`."""
    total = sum_of(items)
    if total is None:
        return "MIXED_CURRENCIES"
    return "TOTAL_TOO_HIGH" if total.minor_units > HIGHEST_TOTAL else ""


def why_not_payable(order: Order, payment_id: str) -> str:
    """Why an order cannot be paid with `payment_id` now, as a constant; empty when it can (or is, with this payment)."""
    if order.status is Status.PAID:
        return "" if order.payment_id == payment_id else "ORDER_ALREADY_PAID"
    if order.status is not Status.RESERVED:
        return f"ORDER_{order.status}"
    return "ORDER_EXPIRED" if order.overdue else ""


def why_not_cancellable(order: Order) -> str:
    """Why an order cannot be called off now, as a constant; empty when it can (or is)."""
    return "" if order.status in (Status.RESERVED, Status.CANCELLED) else f"ORDER_{order.status}"
