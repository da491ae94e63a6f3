"""No oversell: by the stock rows, at every entry of the ledger, and by the orders acknowledged to customers."""

from chaos.guarantees import joining, reading
from chaos.observations.orders import PLACE_ORDER
from harness.checkers import never_overdrawn, put_in, within
from harness.history import History
from harness.verdict import Finding, Violation, guarantee

GIVEN_BACK = frozenset({"CANCELLED", "EXPIRED"})
"""Statuses of orders whose units were released."""


@guarantee
def no_oversell(history: History) -> Finding:
    """Units reserved + sold never exceed the stock put in; stock is never negative."""
    rows = reading.stock(history)
    ledger = joining.transfers(history)
    stock = put_in(ledger)
    used = {row.product_id: row.reserved + row.sold for row in rows}
    negative = tuple(
        Violation(what=f"{row.product_id}: {name} is {units}", facts={"product_id": row.product_id, name: units})
        for row in rows
        for name, units in (("available", row.available), ("reserved", row.reserved), ("sold", row.sold))
        if units < 0
    )
    promised = _promised(history)
    told = within(promised, stock, use="units acknowledged to customers and not given back", of="units put in")
    taken = within(used, stock, use="units reserved + sold", of="units put in")
    moved = never_overdrawn(ledger)
    reserves = sum(transfer.source == "available" for transfer in ledger)
    return Finding(
        judged=max(reserves, sum(promised.values())),
        violations=taken.violations + negative + moved.violations + told.violations,
        counts={
            "products": len(rows),
            "units put in": sum(stock.values()),
            "units reserved + sold": sum(used.values()),
            "units acknowledged": sum(promised.values()),
        },
    )


def _promised(history: History) -> dict[str, int]:
    """Units per product of orders that were answered 201 and not released since."""
    given_back = {row.id for row in reading.orders(history) if row.status in GIVEN_BACK}
    lines = {
        order: joining.sent_lines(operation)
        for operation in history.named(PLACE_ORDER)
        if operation.status == 201 and (order := joining.order_id(operation)) and order not in given_back
    }
    totals: dict[str, int] = {}
    for sent in lines.values():
        for product, quantity in sent.items():
            totals[product] = totals.get(product, 0) + quantity
    return totals
