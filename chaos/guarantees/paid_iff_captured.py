"""The shop's word and the provider's money agree: nothing is PAID that was not captured, nothing captured that is not PAID.

Orders whose saga is still under way are not at rest; they are counted and left to `sagas_terminate`.
"""

from chaos.guarantees import joining, reading
from chaos.observations.orders import AT_THE_SHOP
from chaos.observations.outside import Amount
from harness.checkers import agree
from harness.history import History
from harness.verdict import Finding, guarantee


@guarantee
def paid_iff_captured(history: History) -> Finding:
    """At rest: PAID ⇔ captured and not refunded, amounts equal."""
    moving = {saga.subject for saga in reading.sagas(history)}
    paid = {
        row.id: joining.charge(Amount(row.total_minor or 0, row.currency or "nothing"), row.payment_id)
        for row in reading.orders(history)
        if row.status == "PAID" and row.id not in moving
    }
    captured = {order: said for order, said in joining.charged(history).items() if order not in moving}
    asked = joining.operations_by_order(history, *AT_THE_SHOP)
    finding = agree(paid, captured, kind="order", by=("orders PAID", "the provider's ledger"), operations=asked)
    return finding + Finding(judged=0, counts={"orders PAID": len(paid), "not at rest": len(moving)})
