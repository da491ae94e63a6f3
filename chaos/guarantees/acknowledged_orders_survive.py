"""Durability: an acknowledged order exists after any fault, with the content that the customer sent.

Orders whose outcome is unknown may exist or not; both are counted, neither is a violation.
"""

from collections.abc import Iterable

from pydantic import JsonValue

from chaos.guarantees import joining, reading
from chaos.observations.orders import ORDERS, PLACE_ORDER, READ_ORDER
from harness.checkers import Acknowledged, survived
from harness.history import History, Operation
from harness.verdict import Finding, Violation, guarantee

ACCEPTED = frozenset({201, 202})
"""Statuses that acknowledge an order: reserved, or durable and not yet decided."""
UNDECIDED = 202


@guarantee
def acknowledged_orders_survive(history: History) -> Finding:
    """An order answered 201 or 202 exists ever after, with the content sent."""
    placed = history.named(PLACE_ORDER)
    answered = [operation for operation in placed if operation.status in ACCEPTED]
    if not answered:
        return Finding(judged=0, counts=_unknown(placed, set()))
    named = [(order, operation) for operation in answered if (order := joining.order_id(operation))]
    existing = _existing(history)
    rested = reading.at_rest(history, ORDERS)
    if not rested:  # what was answered 202 may still be in the queue
        named = [(order, operation) for order, operation in named if operation.status != 202 or order in existing]
    finding = survived(
        (Acknowledged(order, _sent(operation), operation.id) for order, operation in named),
        existing,
        kind="order",
    )
    nameless = tuple(
        Violation(what=f"operation {operation.id} was answered {operation.status} without an order's id")
        for operation in answered
        if joining.order_id(operation) is None
    )
    keys = {row.idempotency_key for row in reading.orders(history)}
    finding = Finding(
        judged=finding.judged + len(nameless),
        violations=finding.violations + nameless + _read_gone(history),
        counts={**_unknown(placed, keys), "404 while still in the queue": _not_to_be_read_yet(history)},
    )
    return reading.borne_out(finding, rested=rested)


def _sent(operation: Operation) -> dict[str, JsonValue]:
    sent: dict[str, JsonValue] = {"items": dict(joining.sent_lines(operation))}
    for name in ("user_id", "delivery_address"):
        if name in operation.input:
            sent[name] = operation.input[name]
    return sent


def _existing(history: History) -> dict[str, dict[str, JsonValue]]:
    items: dict[str, dict[str, JsonValue]] = {}
    for line in reading.order_items(history):
        items.setdefault(line.order_id, {})[line.product_id] = line.quantity
    return {
        row.id: {"user_id": row.user_id, "items": items.get(row.id, {}), "delivery_address": dict(joining.address(row))}
        for row in reading.orders(history)
    }


def _read_gone(history: History) -> tuple[Violation, ...]:
    """Reads answered 404 that began after the order had been answered 201 to, or read by, the same owner.

    A 202 alone is not enough: such an order may still be in the queue, which is durable and cannot be read.
    """
    seen: dict[tuple[str, str], Operation] = {}
    violations = []
    for operation in sorted(history.named(PLACE_ORDER, READ_ORDER), key=lambda each: each.completed_ns or 0):
        read = operation.name == READ_ORDER
        order = str(operation.input.get("order_id")) if read else joining.order_id(operation)
        if order and operation.status == (200 if read else 201):
            seen.setdefault((operation.process, order), operation)
    for read_again in history.named(READ_ORDER):
        order = str(read_again.input.get("order_id"))
        first = seen.get((read_again.process, order))
        if read_again.status == 404 and first and (first.completed_ns or 0) < read_again.invoked_ns:
            violations.append(
                Violation(
                    what=f"order {order} was there and then not found by its owner",
                    operations=(first.id, read_again.id),
                )
            )
    return tuple(violations)


def _not_to_be_read_yet(history: History) -> int:
    """How many reads of an order that was answered 202 were answered 404: it is durable, and its Location is no use yet."""
    accepted = {joining.order_id(each) for each in history.named(PLACE_ORDER) if each.status == UNDECIDED}
    return sum(each.status == 404 and each.input.get("order_id") in accepted for each in history.named(READ_ORDER))


def _unknown(placed: Iterable[Operation], keys: set[str]) -> dict[str, int]:
    """Number of keys without a definite answer, and how many of those made an order."""
    settled = {str(operation.input.get("key")) for operation in placed if not operation.unknown}
    unknown = {str(operation.input.get("key")) for operation in placed if operation.unknown} - settled
    return {"outcome unknown": len(unknown), "outcome unknown, order exists": len(unknown & keys)}
