"""Joins clients' operations with rows of the shop's databases and of the sandboxes, per order and per product."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from pydantic import TypeAdapter

from chaos.guarantees import reading
from chaos.observations.identity import LIST_ORDERS
from chaos.observations.orders import AUTHORISE_PAYMENT, COMPLETE_ORDER, PLACE_ORDER, OrderRow
from chaos.observations.outside import CUSTOMERS_KEY, Amount, Kind
from chaos.observations.stock import LineRow, Movement
from harness.checkers import OUTSIDE, Effect, Transfer
from harness.history import History, Operation, Row

MOVES = {
    Movement.PUT: (OUTSIDE, "available"),
    Movement.RESERVE: ("available", "reserved"),
    Movement.CONFIRM: ("reserved", "sold"),
    Movement.RELEASE: ("reserved", "available"),
    Movement.RETURN: ("sold", "available"),
}
"""The bucket that a movement takes units from, and the one it adds them to."""


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
        for row in reading.movements(history)
    )


def order_of(operation: Operation) -> str | None:
    """The id of the order that an operation is about; None for a place_order whose answer has none."""
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
    """The operations of these names, by order."""
    return OperationsByOrder(history, names)


def status_told(operation: Operation) -> str | None:
    """The order's status in an answer; None without one (the `status` of a problem is HTTP's)."""
    told = operation.output.get("status")
    return told if operation.ok and isinstance(told, str) else None


def listed(history: History) -> Iterator[tuple[Operation, str, str]]:
    """The orders in answered lists of one's own orders: the operation, the order and its status."""
    for operation in history.named(LIST_ORDERS):
        items = operation.output.get("items") if operation.ok else None
        for item in items if isinstance(items, list) else ():
            if isinstance(item, Mapping) and isinstance(order := item.get("id"), str):
                yield operation, order, str(item.get("status"))


def order_id(operation: Operation) -> str | None:
    """The order's id in the answer of a place_order; None without one."""
    found = operation.output.get("id")
    return found if isinstance(found, str) else None


def sent_lines(operation: Operation) -> dict[str, int]:
    """Units per product in the input of a place_order. Raises pydantic.ValidationError."""
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


def address(row: OrderRow) -> Row:
    """The delivery address of an order, as in POST /orders."""
    names = ("recipient", "street", "city", "postal_code", "country")
    return {name: getattr(row, name) for name in names}


def charges(history: History) -> tuple[Effect, ...]:
    """Captures by the shop and their refunds in the ledger's order, each with the operations that asked for it.

    Raises NotObservedError.
    """
    elsewhere = captured_elsewhere(history)
    asked = operations_by_order(history, AUTHORISE_PAYMENT, COMPLETE_ORDER)
    return tuple(
        Effect(
            entry.reference,
            entry.payment_id,
            undone=entry.kind is Kind.REFUND,
            reference=f"{entry.seq} ({entry.kind} {entry.payment_id})",
            operations=asked.get(entry.reference, ()),
        )
        for entry in reading.ledger(history)
        if entry.kind in (Kind.CAPTURE, Kind.REFUND) and (entry.reference, entry.payment_id) not in elsewhere
    )


def captured_elsewhere(history: History) -> frozenset[tuple[str, str]]:
    """Orders and payments that a customer captured past the shop, by the key in the ledger. Raises NotObservedError."""
    return frozenset(
        (entry.reference, entry.payment_id)
        for entry in reading.ledger(history)
        if entry.kind is Kind.CAPTURE and (entry.idempotency_key or "").startswith(CUSTOMERS_KEY)
    )


def ordered_units(history: History) -> dict[str, dict[str, int]]:
    """Units per product by order, as the order service stored them. Raises NotObservedError."""
    return units(reading.order_items(history))


def units(lines: Iterable[LineRow]) -> dict[str, dict[str, int]]:
    """Units per product by order."""
    found: dict[str, dict[str, int]] = {}
    for line in lines:
        of_order = found.setdefault(line.order_id, {})
        of_order[line.product_id] = of_order.get(line.product_id, 0) + line.quantity
    return found


def standing_payments(history: History) -> frozenset[tuple[str, str]]:
    """Orders and payments that the shop captured and did not refund. Raises NotObservedError."""
    standing = frozenset((order, payment) for order, payments in _standing(history).items() for payment in payments)
    return standing - captured_elsewhere(history)


def charged(history: History, paid_by: Mapping[str, str]) -> dict[str, str]:
    """What is captured and not refunded, by order: amounts and payments as text. Raises NotObservedError.

    What a customer captured past the shop counts where the order is paid by it, as `paid_by` has payments by order.
    """
    elsewhere = captured_elsewhere(history)
    return {
        order: " + ".join(charge(amount, payment) for payment, amount in sorted(counted.items()))
        for order, payments in _standing(history).items()
        if (counted := {p: each for p, each in payments.items() if (order, p) not in elsewhere or paid_by.get(order) == p})
    }


def _standing(history: History) -> dict[str, dict[str, Amount]]:
    standing: dict[str, dict[str, Amount]] = {}
    for entry in reading.ledger(history):
        if entry.kind is Kind.CAPTURE:
            standing.setdefault(entry.reference, {})[entry.payment_id] = entry.amount
        elif entry.kind is Kind.REFUND:
            standing.get(entry.reference, {}).pop(entry.payment_id, None)
    return standing


def charge(amount: Amount, payment: str) -> str:
    """One capture as text, to compare two sources."""
    return f"{amount} by {payment}"
