"""What the judges of the shop read: rows as the run observed them, and orders as the clients sent them, typed.

Whoever observes the shop writes rows of these shapes under these subjects; a row of another shape raises
pydantic.ValidationError, which makes a verdict UNKNOWN rather than wrong.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TypeVar

from pydantic import TypeAdapter

from harness.checkers import OUTSIDE, Transfer
from harness.history import CompressedRows, History, NotObservedError, Operation, Row

PLACE_ORDER = "place_order"
READ_ORDER = "read_order"
COMPLETE_ORDER = "complete_order"
CANCEL_ORDER = "cancel_order"
AUTHORISE_PAYMENT = "authorise_payment"
"""Names of the operations that buyers do."""

AT_THE_SHOP = (PLACE_ORDER, READ_ORDER, COMPLETE_ORDER, CANCEL_ORDER)
"""Those that the shop answers; the others are answered by the world outside."""

STOCK = "product.stock"
MOVEMENTS = "product.stock_movements"
RESERVATIONS = "product.reservations"
RESERVATION_LINES = "product.reservation_lines"
ORDERS = "order.orders"
ORDER_ITEMS = "order.order_items"
SAGAS = "order.sagas"
SAGA_STEPS = "order.saga_steps"
ORDER_OUTBOX = "order.outbox"
PAYMENT_OUTBOX = "payment.outbox"
CONFIRMATIONS = "notification.confirmations"
QUEUES = "rabbitmq.queues"
HEALTH = "shop.health"
PROVIDER_LEDGER = "provider.ledger"
MAILBOX = "mailbox.messages"
"""Subjects of the observations at rest; the last two are kept outside the shop (see `outside`)."""

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
    """An entry of the stock's append-only ledger; `fence` is the token that it was written under, if it needs one."""

    id: int
    product_id: str
    order_id: str | None
    kind: Movement
    quantity: int
    fence: int | None = None


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
    """An order as the order service stored it. `overdue`: its time to pay had been over for 5 s when it was looked at."""

    id: str
    user_id: str
    idempotency_key: str
    status: str
    total_minor: int | None
    currency: str | None
    payment_id: str
    overdue: bool
    recipient: str
    street: str
    city: str
    postal_code: str
    country: str


@dataclass(frozen=True, slots=True)
class SagaRow:
    """A saga that is still under way; `subject` is its order."""

    id: str
    kind: str
    subject: str
    state: str
    step: int
    attempts: int


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message that has not left yet."""

    message_id: str
    topic: str
    attempts: int


@dataclass(frozen=True, slots=True)
class ConfirmationRow:
    """Where the mail for an order is: PENDING, SENDING (under a lease) or SENT."""

    order_id: str
    state: str


@dataclass(frozen=True, slots=True)
class QueueRow:
    """Messages that wait in a queue."""

    queue: str
    messages: int


@dataclass(frozen=True, slots=True)
class HealthRow:
    """Whether a part of the shop was well when it was looked at, and what it said."""

    part: str
    well: bool
    detail: str


def stock(history: History) -> tuple[StockRow, ...]:
    """Every product's units at rest. Raises NotObservedError."""
    return rows(history, STOCK, StockRow)


def transfers(history: History) -> tuple[Transfer, ...]:
    """The stock's ledger in its order, each entry with the operations that placed its order. Raises NotObservedError."""
    placed = operations_by_order(history, PLACE_ORDER)
    return tuple(
        Transfer(
            row.product_id,
            *MOVES[row.kind],
            quantity=row.quantity,
            reference=f"{row.id} ({row.kind} {row.order_id or ''})",
            operations=placed.get(row.order_id or "", ()),
        )
        for row in sorted(rows(history, MOVEMENTS, MovementRow), key=lambda row: row.id)
    )


def reservations(history: History) -> tuple[ReservationRow, ...]:
    """Every reservation at rest. Raises NotObservedError."""
    return rows(history, RESERVATIONS, ReservationRow)


def reservation_lines(history: History) -> tuple[LineRow, ...]:
    """Every reservation's lines at rest. Raises NotObservedError."""
    return rows(history, RESERVATION_LINES, LineRow)


def orders(history: History) -> tuple[OrderRow, ...]:
    """Every order at rest. Raises NotObservedError."""
    return rows(history, ORDERS, OrderRow)


def order_items(history: History) -> tuple[LineRow, ...]:
    """Every order's lines at rest. Raises NotObservedError."""
    return rows(history, ORDER_ITEMS, LineRow)


def sagas(history: History) -> tuple[SagaRow, ...]:
    """Every saga that is still under way. Raises NotObservedError."""
    return rows(history, SAGAS, SagaRow)


def outbox(history: History, subject: str) -> tuple[OutboxRow, ...]:
    """What has not left ORDER_OUTBOX or PAYMENT_OUTBOX. Raises NotObservedError."""
    return rows(history, subject, OutboxRow)


def confirmations(history: History) -> tuple[ConfirmationRow, ...]:
    """Every mail that notification knows of. Raises NotObservedError."""
    return rows(history, CONFIRMATIONS, ConfirmationRow)


def queues(history: History) -> tuple[QueueRow, ...]:
    """What waits in the broker's queues. Raises NotObservedError."""
    return rows(history, QUEUES, QueueRow)


def health(history: History) -> tuple[HealthRow, ...]:
    """How the shop's parts were at the end. Raises NotObservedError."""
    return rows(history, HEALTH, HealthRow)


def was_observed(history: History, subject: str) -> bool:
    """Whether a run got as far as looking at a subject; what clients were told can be judged without."""
    try:
        history.observed(subject)
    except NotObservedError:
        return False
    return True


def units(lines: Iterable[LineRow]) -> dict[str, int]:
    """Units per product in some lines."""
    totals: dict[str, int] = {}
    for line in lines:
        totals[line.product_id] = totals.get(line.product_id, 0) + line.quantity
    return totals


def order_of(operation: Operation) -> str | None:
    """The order that an operation on one is about; None when a place_order was not told."""
    asked = operation.input.get("order_id")
    return asked if isinstance(asked, str) else order_id(operation)


class OperationsByOrder(Mapping[str, tuple[int, ...]]):
    """Ids of the operations of some names by the order that they are about, for the evidence. Looked up when it is needed."""

    def __init__(self, history: History, names: tuple[str, ...]) -> None:
        self._history = history
        self._names = names

    def __getitem__(self, order: str) -> tuple[int, ...]:
        return tuple(self._found[order])

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    @cached_property
    def _found(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for operation in self._history.named(*self._names):
            if order := order_of(operation):
                found.setdefault(order, []).append(operation.id)
        return found


def operations_by_order(history: History, *names: str) -> OperationsByOrder:
    """What clients did about each order, of the operations of these names."""
    return OperationsByOrder(history, names)


def status_told(operation: Operation) -> str | None:
    """The order's status that an answer tells; None when it tells none. The `status` of a problem is not one."""
    told = operation.output.get("status")
    return told if operation.ok and isinstance(told, str) else None


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


def rows(history: History, subject: str, kind: type[T]) -> tuple[T, ...]:
    """What was observed of a subject, typed. Raises NotObservedError, pydantic.ValidationError."""
    observed = history.observed(subject)
    if isinstance(observed, CompressedRows):
        return tuple(observed.typed(kind))
    read = TypeAdapter(kind).validate_python
    return tuple(read(row) for row in observed)


def address(row: OrderRow) -> Row:
    """Where an order goes, in the words of POST /orders."""
    names = ("recipient", "street", "city", "postal_code", "country")
    return {name: getattr(row, name) for name in names}
