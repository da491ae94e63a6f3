"""An answer is a promise: whatever dies afterwards, the order is there and is what the customer sent.

Orders whose outcome is unknown may exist or not; both are counted and neither is held against the shop.
"""

from collections.abc import Iterable

from pydantic import JsonValue

from chaos.guarantees import facts
from harness.checkers import Acknowledged, survived
from harness.history import History, Operation
from harness.verdict import Finding, Violation, guarantee

ACCEPTED = frozenset({201, 202})
"""Statuses that acknowledge an order: reserved, or durable and not yet decided."""


@guarantee
def acknowledged_orders_survive(history: History) -> Finding:
    """An order answered 201 or 202 exists ever after, with the content sent."""
    placed = history.named(facts.PLACE_ORDER)
    answered = [operation for operation in placed if operation.status in ACCEPTED]
    if not answered:
        return Finding(judged=0, counts=_unknown(placed, set()))
    named = [(order, operation) for operation in answered if (order := facts.order_id(operation))]
    existing = _existing(history)
    finding = survived(
        (Acknowledged(order, _sent(operation), operation.id) for order, operation in named),
        existing,
        kind="order",
    )
    nameless = tuple(
        Violation(what=f"operation {operation.id} was answered {operation.status} without an order's id")
        for operation in answered
        if facts.order_id(operation) is None
    )
    keys = {row.idempotency_key for row in facts.orders(history)}
    return Finding(
        judged=finding.judged + len(nameless),
        violations=finding.violations + nameless + _read_gone(history, named),
        counts=_unknown(placed, keys),
    )


def _sent(operation: Operation) -> dict[str, JsonValue]:
    sent: dict[str, JsonValue] = {"items": dict(facts.sent_lines(operation))}
    for name in ("user_id", "delivery_address"):
        if name in operation.input:
            sent[name] = operation.input[name]
    return sent


def _existing(history: History) -> dict[str, dict[str, JsonValue]]:
    items: dict[str, dict[str, JsonValue]] = {}
    for line in facts.order_items(history):
        items.setdefault(line.order_id, {})[line.product_id] = line.quantity
    return {
        row.id: {"user_id": row.user_id, "items": items.get(row.id, {}), "delivery_address": dict(facts.address(row))}
        for row in facts.orders(history)
    }


def _read_gone(history: History, named: Iterable[tuple[str, Operation]]) -> tuple[Violation, ...]:
    """Reads by the owner that began after the acknowledgement and found nothing."""
    known: dict[tuple[str, str], Operation] = {}
    for order, operation in named:
        known.setdefault((operation.process, order), operation)
    violations = []
    for read in history.named(facts.READ_ORDER):
        order = str(read.input.get("order_id"))
        acknowledged = known.get((read.process, order))
        if read.status == 404 and acknowledged and (acknowledged.completed_ns or 0) < read.invoked_ns:
            violations.append(
                Violation(
                    what=f"order {order} was acknowledged and then not found by its owner",
                    operations=(acknowledged.id, read.id),
                )
            )
    return tuple(violations)


def _unknown(placed: Iterable[Operation], keys: set[str]) -> dict[str, int]:
    """How many keys nobody got a definite answer for, and how many of those made an order."""
    settled = {str(operation.input.get("key")) for operation in placed if not operation.unknown}
    unknown = {str(operation.input.get("key")) for operation in placed if operation.unknown} - settled
    return {"outcome unknown": len(unknown), "outcome unknown, order exists": len(unknown & keys)}
