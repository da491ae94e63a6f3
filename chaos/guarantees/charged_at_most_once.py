"""Nobody pays twice. The provider's ledger says who paid; the shop has no say in it."""

from chaos.guarantees import joining
from harness.checkers import at_most_once
from harness.history import History
from harness.verdict import Finding, guarantee


@guarantee
def charged_at_most_once(history: History) -> Finding:
    """The provider's ledger has at most one unrefunded capture per order.

    It is held to that at every moment: money that was given back later was taken twice until then.
    """
    charges = joining.charges(history)
    finding = at_most_once(charges, done="captured")
    undone = sum(charge.undone for charge in charges)
    return finding + Finding(judged=0, counts={"captures": len(charges) - undone, "refunds": undone})
