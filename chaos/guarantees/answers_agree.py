"""What customers are told of an order: every answer shows the content that was sent and the facts that the databases hold.

Statuses are left to `legal_transitions`; here the answer's content counts: products, units, names, prices, total, address,
payment and reason, which is one that the status can have. An order that is not in the rows is left to
`acknowledged_orders_survive`.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from pydantic import JsonValue

from chaos.guarantees import joining, reading
from chaos.observations import catalogue
from chaos.observations.identity import LIST_ORDERS
from chaos.observations.orders import AT_THE_SHOP, PLACE_ORDER, OrderRow
from chaos.observations.stock import LineRow
from harness.history import History, Operation
from harness.verdict import Finding, Violation, guarantee

Told = tuple[Operation, Mapping[str, JsonValue]]
"""An answer, and the order in it."""

KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
UNDECIDED = ("PENDING", "REJECTED")
"""States whose answers need no name, price and total."""

REASONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "PENDING": frozenset({""}),
        "RESERVED": frozenset({""}),
        "PAID": frozenset({""}),
        "REJECTED": frozenset({"OUT_OF_STOCK", "UNKNOWN_PRODUCT", "MIXED_CURRENCIES", "TOTAL_TOO_HIGH"}),
        "CANCELLED": frozenset({"CANCELLED_BY_OWNER", "STOCK_LOST"}),
        "EXPIRED": frozenset({"NOT_PAID_IN_TIME"}),
    }
)
"""Why an order can be in a status, as the shop words it."""

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
    violations += _reasons(history, rows)
    violations += _names(history, lines)
    return Finding(judged=judged, violations=tuple(violations), counts={"orders": len(rows)})


def _names(history: History, lines: Mapping[str, Iterable[LineRow]]) -> Iterable[Violation]:
    """Lines under a name that staff never gave the product; judged for products whose creation was recorded."""
    given: dict[str, set[str]] = {}
    for made in history.named(catalogue.CREATE_PRODUCT):
        if made.ok and isinstance(name := made.input.get("name"), str):
            given.setdefault(str(made.output.get("id")), set()).add(name.strip())
    for change in history.operations:
        if isinstance(name := change.input.get("name"), str):
            given.get(str(change.input.get("product_id")), set()).add(name.strip())
    for order, own in lines.items():
        for line in own:
            names = given.get(line.product_id)
            if line.name and names is not None and line.name not in names:
                what = f"order {order} has {line.product_id} as {line.name}, which staff call {' or '.join(sorted(names))}"
                yield Violation(what=what, facts={"order_id": order})


def _reasons(history: History, rows: Mapping[str, OrderRow]) -> Iterable[Violation]:
    """Orders that rest for a reason that their status cannot have, and refusals for another reason than the order's."""
    if not any(row.reason for row in rows.values()):
        return  # a run of before, without reasons
    for row in rows.values():
        if row.reason not in REASONS.get(row.status, ()):
            what = f"order {row.id} is {row.status} for the reason {row.reason or 'of nothing'}"
            yield Violation(what=what, facts={"order_id": row.id})
    for operation in history.named(PLACE_ORDER):
        refused, code = rows.get(str(operation.output.get("order_id"))), operation.output.get("code")
        if refused is not None and refused.status == "REJECTED" and code not in (refused.reason, KEY_REUSED):
            yield Violation(
                what=f"operation {operation.id} was refused as {code}, and order {refused.id} is REJECTED as {refused.reason}",
                operations=(operation.id,),
                facts={"order_id": refused.id},
            )


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
    reason = row.reason if told.get("status") == row.status else ""
    if "reason" in told and (told.get("reason") or "") != reason:
        yield f"{told.get('status')} for the reason {told.get('reason') or 'of nothing'}, which is {reason or 'nothing'}"


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
