"""No order is charged twice, by the provider's ledger, which is independent of the shop's databases."""

from chaos.guarantees import joining
from harness.checkers import at_most_once
from harness.history import History
from harness.verdict import Finding, guarantee


@guarantee
def charged_at_most_once(history: History) -> Finding:
    """The provider's ledger has at most one unrefunded capture per order.

    Judged at every entry of the ledger: a second capture is a violation even when it is refunded later. What customers
    captured past the shop is left to `paid_iff_captured`.
    """
    charges = joining.charges(history)
    finding = at_most_once(charges, done="captured")
    undone = sum(charge.undone for charge in charges)
    return finding + Finding(judged=0, counts={"captures": len(charges) - undone, "refunds": undone})
