"""What the judges of the shop read: rows as the run observed them, and orders as the clients sent them, typed.

Whoever observes the shop writes rows of these shapes under these subjects; a row of another shape raises
pydantic.ValidationError, which makes a verdict UNKNOWN rather than wrong.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from pydantic import TypeAdapter

from harness.checkers import OUTSIDE, Transfer
from harness.history import History, Operation, Row

PLACE_ORDER = "place_order"
READ_ORDER = "read_order"
COMPLETE_ORDER = "complete_order"
CANCEL_ORDER = "cancel_order"
AUTHORISE_PAYMENT = "authorise_payment"
"""Names of the operations that buyers do."""

STOCK = "product.stock"
MOVEMENTS = "product.stock_movements"
RESERVATIONS = "product.reservations"
RESERVATION_LINES = "product.reservation_lines"
ORDERS = "order.orders"
ORDER_ITEMS = "order.order_items"
PROVIDER_LEDGER = "provider.ledger"
"""Subjects of the observations at rest."""

T = TypeVar("T")


class Movement(StrEnum):
    """Kinds of entries of the stock's ledger."""

    PUT = "PUT"
    RESERVE = "RESERVE"
    CONFIRM = "CONFIRM"
    RELEASE = "RELEASE"
    RETURN = "RETURN"


MOVES = {
    Movement.PUT: (OUTSIDE, "available"),
    Movement.RESERVE: ("available", "reserved"),
    Movement.CONFIRM: ("reserved", "sold"),
    Movement.RELEASE: ("reserved", "available"),
    Movement.RETURN: ("sold", "available"),
}
"""Which buckets of the stock a movement takes from and gives to."""


@dataclass(frozen=True, slots=True)
class StockRow:
    """Units of a product."""

    product_id: str
    available: int
    reserved: int
    sold: int


@dataclass(frozen=True, slots=True)
class MovementRow:
    """An entry of the stock's append-only ledger."""

    id: int
    product_id: str
    order_id: str | None
    kind: Movement
    quantity: int


@dataclass(frozen=True, slots=True)
class ReservationRow:
    """What product holds for an order: RESERVED, CONFIRMED or RELEASED."""

    order_id: str
    state: str


@dataclass(frozen=True, slots=True)
class LineRow:
    """Units of a product in an order or in its reservation."""

    order_id: str
    product_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order as the order service stored it."""

    id: str
    user_id: str
    idempotency_key: str
    status: str
    recipient: str
    street: str
    city: str
    postal_code: str
    country: str


def stock(history: History) -> tuple[StockRow, ...]:
    """Every product's units at rest. Raises NotObservedError."""
    return _rows(history, STOCK, StockRow)


def transfers(history: History) -> tuple[Transfer, ...]:
    """The stock's ledger in its order, each entry with the operations that placed its order. Raises NotObservedError."""
    placed: dict[str, tuple[int, ...]] = {}
    for operation in history.named(PLACE_ORDER):
        if order := order_id(operation):
            placed[order] = (*placed.get(order, ()), operation.id)
    return tuple(
        Transfer(
            row.product_id,
            *MOVES[row.kind],
            quantity=row.quantity,
            reference=f"{row.id} ({row.kind} {row.order_id or ''})",
            operations=placed.get(row.order_id or "", ()),
        )
        for row in sorted(_rows(history, MOVEMENTS, MovementRow), key=lambda row: row.id)
    )


def reservations(history: History) -> tuple[ReservationRow, ...]:
    """Every reservation at rest. Raises NotObservedError."""
    return _rows(history, RESERVATIONS, ReservationRow)


def reservation_lines(history: History) -> tuple[LineRow, ...]:
    """Every reservation's lines at rest. Raises NotObservedError."""
    return _rows(history, RESERVATION_LINES, LineRow)


def orders(history: History) -> tuple[OrderRow, ...]:
    """Every order at rest. Raises NotObservedError."""
    return _rows(history, ORDERS, OrderRow)


def order_items(history: History) -> tuple[LineRow, ...]:
    """Every order's lines at rest. Raises NotObservedError."""
    return _rows(history, ORDER_ITEMS, LineRow)


def units(lines: Iterable[LineRow]) -> dict[str, int]:
    """Units per product in some lines."""
    totals: dict[str, int] = {}
    for line in lines:
        totals[line.product_id] = totals.get(line.product_id, 0) + line.quantity
    return totals


def order_id(operation: Operation) -> str | None:
    """The order that an answered place_order names; None when it names none."""
    found = operation.output.get("id")
    return found if isinstance(found, str) else None


def sent_lines(operation: Operation) -> dict[str, int]:
    """Units per product that a place_order asked for. Raises pydantic.ValidationError."""
    lines = _LINES.validate_python(operation.input.get("items"))
    totals: dict[str, int] = {}
    for line in lines:
        totals[line.product_id] = totals.get(line.product_id, 0) + line.quantity
    return totals


@dataclass(frozen=True, slots=True)
class _Line:
    product_id: str
    quantity: int


_LINES = TypeAdapter(list[_Line])


def _rows(history: History, subject: str, kind: type[T]) -> tuple[T, ...]:
    adapter = TypeAdapter(kind)
    return tuple(adapter.validate_python(row) for row in history.observed(subject))


def address(row: OrderRow) -> Row:
    """Where an order goes, in the words of POST /orders."""
    names = ("recipient", "street", "city", "postal_code", "country")
    return {name: getattr(row, name) for name in names}
