"""Conservation of units, by three independent sources: the ledger, the stock rows and the reservations."""

from chaos.guarantees import joining, reading
from harness.checkers import conserved
from harness.history import History
from harness.verdict import Finding, Violation, guarantee

HOLDS = {"RESERVED": "reserved", "CONFIRMED": "sold"}
"""The bucket that a reservation's units are in, by its state."""


@guarantee
def stock_conserved(history: History) -> Finding:
    """Put in = available + reserved + sold, per product, from the append-only ledger and from the rows."""
    rows = reading.stock(history)
    ledger = joining.transfers(history)
    held = {row.product_id: {"available": row.available, "reserved": row.reserved, "sold": row.sold} for row in rows}
    finding = conserved(ledger, held)
    # Without a reservation nothing was judged: unchanged stock does not show conservation.
    moved = sum(transfer.source == "available" for transfer in ledger)
    return Finding(
        judged=finding.judged if moved else 0,
        violations=finding.violations + _reservations_differ(history, held),
        counts={"ledger entries": len(ledger), "reservations made": moved},
    )


def _reservations_differ(history: History, held: dict[str, dict[str, int]]) -> tuple[Violation, ...]:
    state = {row.order_id: row.state for row in reading.reservations(history)}
    counted: dict[tuple[str, str], int] = {}
    for line in reading.reservation_lines(history):
        if bucket := HOLDS.get(state.get(line.order_id, "")):
            counted[line.product_id, bucket] = counted.get((line.product_id, bucket), 0) + line.quantity
    keys = sorted(counted.keys() | {(product, bucket) for product in held for bucket in HOLDS.values()})
    return tuple(
        Violation(
            what=f"{product}: {shown} units {bucket} by its row, {counted.get((product, bucket), 0)} by its reservations",
            facts={"product_id": product, "row": shown, "reservations": counted.get((product, bucket), 0)},
        )
        for product, bucket in keys
        if (shown := held.get(product, {}).get(bucket, 0)) != counted.get((product, bucket), 0)
    )
