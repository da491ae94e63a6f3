"""Money, joined per order: the price set by staff, the lines, the total, and what the provider captured and gave back.

Prices are judged for products whose creation or change was recorded; the other joins for every order.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from chaos.guarantees import joining, pricing, reading
from chaos.observations.orders import AT_THE_SHOP, AUTHORISE_PAYMENT, COMPLETE_ORDER, PLACE_ORDER, OrderRow
from chaos.observations.outside import Amount, Entry, Kind
from chaos.observations.stock import LineRow
from harness.history import History
from harness.verdict import Finding, Violation, guarantee

FOREVER_NS = 2**63
MIXED = "MIXED_CURRENCIES"
"""The reason of an order that was rejected for its currencies."""
HIGHEST_TOTAL = 10**15
"""The highest total that an order may have, in minor units."""


@dataclass(frozen=True)
class Decided:
    """When an order may have been priced: from its first request until the first answer that shows it decided (ns)."""

    begin_ns: int
    end_ns: int


@guarantee
def amounts_agree(history: History) -> Finding:
    """Per order: the price set by staff x quantity = total = what was captured or refunded, in one currency."""
    orders = {row.id: row for row in reading.orders(history)}
    lines: dict[str, list[LineRow]] = {}
    for line in reading.order_items(history):
        lines.setdefault(line.order_id, []).append(line)
    reserved = {(line.order_id, line.product_id): line for line in reading.reservation_lines(history)}
    asked = joining.operations_by_order(history, *AT_THE_SHOP, AUTHORISE_PAYMENT)
    priced = {order: row for order, row in orders.items() if row.total_minor is not None}
    shown = reading.priced(history)
    set_by_staff, when = pricing.prices(history), _decided(history)
    found: list[tuple[str, str]] = []
    judged_prices = 0
    for order, row in priced.items():
        own = lines.get(order, [])
        found += [(order, what) for what in _total(row, own)] if shown else []
        for line in own:
            taken = reserved.get((order, line.product_id))
            if taken and _price(line) and _price(taken) and _price(line) != _price(taken):
                found.append((order, f"{line.product_id} costs {_price(line)}, and {_price(taken)} in its reservation"))
            if (price := _price(line)) and order in when and (known := set_by_staff.get(line.product_id)):
                allowed = pricing.possible(known, when[order].begin_ns, when[order].end_ns)
                judged_prices += bool(allowed)
                if allowed and price not in allowed:
                    told = " or ".join(sorted(map(str, allowed)))
                    found.append((order, f"{line.product_id} was sold at {price}, but staff had set {told}"))
    found += _mixed(orders.values(), lines, set_by_staff)
    found += _ledger(history, orders, when.keys())
    return Finding(
        judged=sum(order in when for order in priced),
        violations=tuple(
            Violation(what=f"order {order}: {what}", operations=asked.get(order, ()), facts={"order_id": order})
            for order, what in found
        ),
        counts={"lines at a price that staff set": judged_prices, "orders with a total": len(priced)},
    )


def _decided(history: History) -> Mapping[str, Decided]:
    """By order, for those whose placing was answered with their id or that were read, in a state with a price."""
    first: dict[tuple[JsonValue, JsonValue], int] = {}
    for placed in history.named(PLACE_ORDER):
        key = (placed.input.get("user_id"), placed.input.get("key"))
        first[key] = min(first.get(key, placed.invoked_ns), placed.invoked_ns)
    begin = {
        row.id: first[row.user_id, row.idempotency_key]
        for row in reading.orders(history)
        if (row.user_id, row.idempotency_key) in first
    }
    shown: dict[str, int] = {}
    for operation in history.named(*AT_THE_SHOP):
        order, status = joining.order_of(operation), joining.status_told(operation)
        if order and status and status != "PENDING" and operation.completed_ns is not None:
            shown[order] = min(shown.get(order, FOREVER_NS), operation.completed_ns)
    return {order: Decided(at_ns, shown.get(order, FOREVER_NS)) for order, at_ns in begin.items()}


def _mixed(
    orders: Iterable[OrderRow], lines: Mapping[str, Sequence[LineRow]], known: pricing.Prices
) -> Iterable[tuple[str, str]]:
    """Orders rejected because they have no total, of products that never had a price but in one currency, and a small one."""
    for row in orders:
        own = lines.get(row.id, ())
        if row.status != "REJECTED" or row.reason != MIXED or not {each.product_id for each in own} <= known.keys():
            continue
        prices = {line.product_id: [each.price for each in known[line.product_id]] for line in own}
        currencies = {price.currency for each in prices.values() for price in each}
        most = sum(line.quantity * max(price.minor_units for price in prices[line.product_id]) for line in own)
        if len(currencies) == 1 and most <= HIGHEST_TOTAL:
            told = f"of at most {most} {currencies.pop()}, the only currency that staff had set"
            yield row.id, f"it was rejected as {row.reason}, which it was not: its lines are {told}"


def _total(row: OrderRow, lines: Iterable[LineRow]) -> Iterable[str]:
    own = list(lines)
    total = Amount(sum(line.quantity * (line.unit_price_minor or 0) for line in own), row.currency or "nothing")
    if total.minor_units != row.total_minor:
        yield f"its lines add up to {total}, but its total is {row.total_minor} {row.currency}"
    for line in own:
        if line.currency != row.currency:
            yield f"{line.product_id} is priced in {line.currency}, but the order in {row.currency}"


def _ledger(history: History, orders: Mapping[str, OrderRow], ours: Collection[str]) -> Iterable[tuple[str, str]]:
    """Every capture by the shop is of the total, by a payment that the order was completed with; a refund gives all of it back.

    Who completed an order that is there, but none of `ours`, is not known: a stack that serves several runs has such orders.
    Nor is it for one that is not there, with a payment that nobody of this run had authorised: a fuzzer calls RPCs directly.
    """
    authorised = {str(each.output.get("id")) for each in history.named(AUTHORISE_PAYMENT)}
    entries, elsewhere = reading.ledger(history), joining.captured_elsewhere(history)
    asked = {(str(each.input.get("order_id")), str(each.input.get("payment_id"))) for each in history.named(COMPLETE_ORDER)}
    captured: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        row, paid = orders.get(entry.reference), (entry.reference, entry.payment_id)
        if entry.kind is Kind.CAPTURE:
            captured[paid] = entry
            if paid in elsewhere:
                continue
            if row and (entry.amount.minor_units, entry.amount.currency) != (row.total_minor, row.currency):
                yield entry.reference, f"{entry.amount} captured by {entry.payment_id} for {row.total_minor} {row.currency}"
            if paid not in asked and (entry.payment_id in authorised if row is None else entry.reference in ours):
                yield entry.reference, f"{entry.amount} captured by {entry.payment_id}, with which nobody asked to complete it"
        elif entry.kind is Kind.REFUND and (paid not in captured or captured[paid].amount != entry.amount):
            taken = captured[paid].amount if paid in captured else "nothing"
            yield entry.reference, f"{entry.amount} given back by {entry.payment_id}, of which {taken} was captured"


def _price(line: LineRow) -> Amount | None:
    if line.unit_price_minor is None or line.currency is None:
        return None
    return Amount(line.unit_price_minor, line.currency)
