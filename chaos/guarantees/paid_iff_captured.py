"""The shop's orders and the provider's ledger agree: an order is PAID exactly when it is captured and not refunded.

What a customer captured past the shop pays an order when it is all of it; else it is no charge of the shop's.
Orders whose saga is still under way are not at rest; they are counted and left to `sagas_terminate`. Where the shop as a whole
did not come to rest, a capture may be newer than the order's row: then only what is PAID and not captured is a breach.
"""

from chaos.guarantees import joining, reading
from chaos.observations.orders import AT_THE_SHOP, ORDERS
from chaos.observations.outside import PROVIDER_LEDGER, Amount
from harness.checkers import agree
from harness.history import History
from harness.verdict import Finding, guarantee


@guarantee
def paid_iff_captured(history: History) -> Finding:
    """At rest: PAID ⇔ captured and not refunded, amounts equal."""
    moving = {saga.subject for saga in reading.sagas(history)}
    rows = [row for row in reading.orders(history) if row.status == "PAID" and row.id not in moving]
    paid = {row.id: joining.charge(Amount(row.total_minor or 0, row.currency or "nothing"), row.payment_id) for row in rows}
    paid_by = {row.id: row.payment_id for row in rows}
    rested = reading.at_rest(history, ORDERS, PROVIDER_LEDGER)
    captured = {
        order: said
        for order, said in joining.charged(history, paid_by).items()
        if order not in moving and (rested or order in paid)
    }
    elsewhere = joining.captured_elsewhere(history)
    asked = joining.operations_by_order(history, *AT_THE_SHOP)
    finding = agree(paid, captured, kind="order", by=("orders PAID", "the provider's ledger"), operations=asked)
    counts = {"orders PAID": len(paid), "not at rest": len(moving), "payments captured past the shop": len(elsewhere)}
    finding += Finding(judged=0, counts=counts)
    return reading.borne_out(finding, rested=rested)
