"""What customers are told of an order: every answer shows the content that was sent and the facts that the databases hold.

Statuses are left to `legal_transitions`; here the answer's content counts: products, units, names, prices, total, address and
payment. An order that is not in the rows is left to `acknowledged_orders_survive`.
"""

from collections.abc import Iterable, Iterator, Mapping

from pydantic import JsonValue

from chaos.guarantees import joining, reading
from chaos.observations.identity import LIST_ORDERS
from chaos.observations.orders import AT_THE_SHOP, OrderRow
from chaos.observations.stock import LineRow
from harness.history import History, Operation
from harness.verdict import Finding, Violation, guarantee

Told = tuple[Operation, Mapping[str, JsonValue]]
"""An answer, and the order in it."""

UNDECIDED = ("PENDING", "REJECTED")
"""States whose answers need no name, price and total."""

FIXED = ("created_at", "expires_at")
"""Times that are told alike for ever, once they are told."""


@guarantee
def answers_agree(history: History) -> Finding:
    """What an answer tells of an order is what was sent and what the databases hold."""
    rows = {row.id: row for row in reading.orders(history)}
    lines: dict[str, list[LineRow]] = {}
    for line in reading.order_items(history):
        lines.setdefault(line.order_id, []).append(line)
    priced = reading.priced(history)
    times: dict[tuple[str, str], JsonValue] = {}
    judged, violations = 0, []
    for operation, told in _orders_told(history):
        order = str(told.get("id"))
        if order not in rows or "items" not in told:
            continue
        judged += 1
        differences = [*_content(told, rows[order], lines.get(order, []), priced), *_times(told, order, times)]
        violations += [
            Violation(
                what=f"{operation.name} (operation {operation.id}) told of order {order} {what}",
                operations=(operation.id,),
                facts={"order_id": order},
            )
            for what in differences
        ]
    return Finding(judged=judged, violations=tuple(violations), counts={"orders": len(rows)})


def _orders_told(history: History) -> Iterator[Told]:
    for operation in history.named(*AT_THE_SHOP, LIST_ORDERS):
        if not operation.ok:
            continue
        if operation.name != LIST_ORDERS:
            yield operation, operation.output
        elif isinstance(listed := operation.output.get("items"), list):
            yield from ((operation, each) for each in listed if isinstance(each, Mapping))


def _content(told: Mapping[str, JsonValue], row: OrderRow, lines: Iterable[LineRow], priced: bool) -> Iterable[str]:
    undecided = told.get("status") in UNDECIDED
    items = told.get("items")
    shown = sorted(_line(each, priced) for each in items if isinstance(each, Mapping)) if isinstance(items, list) else []
    stored = sorted(_stored(each, priced) for each in lines)
    if shown != stored and not (undecided and shown == sorted(_stored(each, priced=False) for each in lines)):
        yield f"the lines {'; '.join(shown)}, which are {'; '.join(stored)}"
    total = _money(told.get("total"))
    due = "" if row.total_minor is None else f"{row.total_minor} {row.currency}"
    if total != due and not (undecided and total == ""):
        yield f"a total of {total or 'nothing'}, which is {due or 'nothing'}"
    if told.get("delivery_address") != dict(joining.address(row)):
        yield f"the address {told.get('delivery_address')}, which is {dict(joining.address(row))}"
    payment = told.get("payment_id") or ""
    if payment != (row.payment_id if told.get("status") == "PAID" else ""):
        yield f"{told.get('status')} with the payment {payment or 'none'}, which is {row.payment_id or 'none'}"


def _times(told: Mapping[str, JsonValue], order: str, known: dict[tuple[str, str], JsonValue]) -> Iterable[str]:
    for name in FIXED:
        if told.get(name) and known.setdefault((order, name), told[name]) != told[name]:
            yield f"{name} {told[name]}, and {known[order, name]} before"


def _line(told: Mapping[str, JsonValue], priced: bool) -> str:
    price = _money(told.get("unit_price")) if priced else ""
    return _text(told.get("quantity"), told.get("product_id"), told.get("name"), price)


def _stored(line: LineRow, priced: bool) -> str:
    """A line as an answer would show it; without name and price when it has none, or is not `priced`."""
    if not priced or line.unit_price_minor is None:
        return _text(line.quantity, line.product_id, None, "")
    return _text(line.quantity, line.product_id, line.name, f"{line.unit_price_minor} {line.currency}")


def _text(quantity: object, product: object, name: object, price: str) -> str:
    return f"{quantity} of {product}" + (f" ({name}) at {price}" if price else "")


def _money(told: JsonValue) -> str:
    return f"{told.get('minor_units')} {told.get('currency')}" if isinstance(told, Mapping) else ""
