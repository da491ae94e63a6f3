"""Quantities, joined per order and product across four books: the request, the order, its reservation, and the stock's ledger.

A total that is right says nothing about whose units they are: these books are compared order by order. The request and the
order are immutable, a reservation and its ledger entries are written in one transaction, so those joins hold at any moment;
that an order has a reservation at all is judged at rest only, because the two schemas are read one after the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chaos.guarantees import joining, reading
from chaos.observations.orders import AT_THE_SHOP, ORDERS, PLACE_ORDER
from chaos.observations.stock import RESERVATIONS, Movement
from harness.history import History, Operation, Row
from harness.verdict import Finding, Violation, guarantee

Units = Mapping[str, int]
"""Units per product; products without units are left out."""

RESERVED_ONCE = frozenset({"RESERVED", "PAID", "CANCELLED", "EXPIRED"})
"""States of an order that was reserved, whatever became of it."""

NET: Mapping[Movement, Mapping[str, int]] = {
    Movement.RESERVE: {"reserved": 1},
    Movement.CONFIRM: {"reserved": -1, "sold": 1},
    Movement.RELEASE: {"reserved": -1},
    Movement.RETURN: {"sold": -1},
}
"""What an entry of the ledger adds to an order's units in each bucket."""

HELD = {"RESERVED": "reserved", "CONFIRMED": "sold"}
"""The bucket in which all of a reservation's units are, by its state; in no bucket in the others."""


@dataclass
class Ledger:
    """What the stock's ledger says of one order: units taken in all, and in each bucket now."""

    taken: dict[str, int] = field(default_factory=dict)
    now: dict[str, dict[str, int]] = field(default_factory=lambda: {"reserved": {}, "sold": {}})


@guarantee
def lines_agree(history: History) -> Finding:
    """Per order and product: units sent = units ordered = units reserved = net units in the stock's ledger."""
    orders = {row.id: row for row in reading.orders(history)}
    ordered, reserved = joining.ordered_units(history), joining.units(reading.reservation_lines(history))
    state = {row.order_id: row.state for row in reading.reservations(history)}
    ledger = _ledgers(history)
    rested = reading.at_rest(history, ORDERS, RESERVATIONS)
    asked = joining.operations_by_order(history, *AT_THE_SHOP)
    moving = {saga.subject for saga in reading.sagas(history)}
    sent = _sent(history)
    found: list[Violation] = []

    def differs(order: str, what: str, one: object, other: object) -> None:
        found.append(
            Violation(
                what=f"order {order}: {what}: {_said(one)} and {_said(other)}",
                operations=asked.get(order, ()),
                facts={"order_id": order},
            )
        )

    ours = 0
    for row in orders.values():
        requests = sent.get((row.user_id, row.idempotency_key), [])
        ours += bool(requests)
        stored = (ordered.get(row.id, {}), dict(joining.address(row)))
        wanted = [(joining.sent_lines(each), each.input.get("delivery_address", stored[1])) for each in requests]
        if wanted and stored not in wanted:
            differs(row.id, "sent and ordered differ", wanted[0], stored)
    for order in sorted(orders.keys() & (reserved.keys() | ordered.keys())):
        due = orders[order].status in RESERVED_ONCE and rested and order not in moving
        if reserved.get(order, {}) != ordered.get(order, {}) and (due or order in reserved):
            differs(order, "ordered and reserved differ", ordered.get(order, {}), reserved.get(order, {}))
    for order in sorted(state.keys() | ledger.keys()):
        entries, lines = ledger.get(order, Ledger()), reserved.get(order, {})
        if entries.taken != lines:
            differs(order, "reserved and taken by the ledger differ", lines, entries.taken)
        for bucket, units in entries.now.items():
            due_units = lines if HELD.get(state.get(order, "")) == bucket else {}
            if {product: number for product, number in units.items() if number} != due_units:
                differs(
                    order, f"{state.get(order, 'no reservation')}, {bucket} by its lines and by the ledger", due_units, units
                )
    finding = Finding(
        judged=ours,
        violations=tuple(found),
        counts={"reservations": len(state), "of several units or products": sum(sum(u.values()) > 1 for u in ordered.values())},
    )
    return reading.borne_out(finding, rested=rested)


def _ledgers(history: History) -> dict[str, Ledger]:
    found: dict[str, Ledger] = {}
    for entry in reading.movements(history):
        if entry.order_id is None:
            continue
        ledger = found.setdefault(entry.order_id, Ledger())
        if entry.kind is Movement.RESERVE:
            ledger.taken[entry.product_id] = ledger.taken.get(entry.product_id, 0) + entry.quantity
        for bucket, sign in NET.get(entry.kind, {}).items():
            units = ledger.now[bucket]
            units[entry.product_id] = units.get(entry.product_id, 0) + sign * entry.quantity
    return found


def _sent(history: History) -> dict[tuple[str, str], list[Operation]]:
    """Requests by user and key; different ones under one key are all there, any of them may have made the order."""
    found: dict[tuple[str, str], list[Operation]] = {}
    for each in history.named(PLACE_ORDER):
        if "items" in each.input:
            found.setdefault((str(each.input.get("user_id")), str(each.input.get("key"))), []).append(each)
    return found


def _said(what: object) -> str:
    if isinstance(what, tuple):
        return " to ".join(_said(each) for each in what)
    if isinstance(what, Mapping):
        row: Row = what
        return ", ".join(f"{key} {value}" for key, value in row.items()) or "nothing"
    return str(what)
