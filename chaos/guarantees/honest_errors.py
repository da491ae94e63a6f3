"""The shop may say "not now"; it may not crash into its customers' faces, leave them waiting, or tell them tales.

Only the shop's own answers are judged. An answer nobody got (the transport failed) is judged for the time it took.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from chaos.guarantees import joining, reading
from chaos.observations import identity
from chaos.observations.orders import AT_THE_SHOP, CANCEL_ORDER, COMPLETE_ORDER, ORDERS, PLACE_ORDER
from harness.checkers import answered_within
from harness.history import History, Operation
from harness.verdict import Finding, Violation, guarantee

DEADLINE_S = 16.0
"""What the gateway promises (15 s), and a second for the way there and back."""

UNDER_WAY = 202
"""The success that is true only at rest."""

TRUE_AT_REST: Mapping[tuple[str, int], frozenset[str]] = MappingProxyType(
    {
        (PLACE_ORDER, 201): frozenset({"RESERVED", "PAID", "CANCELLED", "EXPIRED"}),
        (PLACE_ORDER, 202): frozenset({"RESERVED", "REJECTED", "PAID", "CANCELLED", "EXPIRED"}),
        (COMPLETE_ORDER, 200): frozenset({"PAID"}),
        (COMPLETE_ORDER, 202): frozenset({"RESERVED", "PAID", "CANCELLED", "EXPIRED"}),
        (CANCEL_ORDER, 200): frozenset({"CANCELLED"}),
        (CANCEL_ORDER, 202): frozenset({"CANCELLED"}),
    }
)
"""States at rest that bear out a success, by operation and status. "Under way" is a success too: it must get there."""


@guarantee
def honest_errors(history: History) -> Finding:
    """No 500, no hang past the deadline, no success for something that did not happen."""
    asked = history.named(*AT_THE_SHOP, *identity.AT_THE_SHOP)
    finding = answered_within(asked, DEADLINE_S)
    crashed = tuple(
        Violation(what=f"{each.name} (operation {each.id}) was answered 500", operations=(each.id,), facts=dict(each.output))
        for each in asked
        if each.status == 500
    )
    claims = [each for each in asked if (each.name, each.status) in TRUE_AT_REST]
    rested = not reading.was_observed(history, ORDERS) or reading.at_rest(history, ORDERS)
    seen = finding.violations + crashed
    # A breach that clients saw themselves stands, also when the run died before the books could be looked at.
    if claims and (not seen or reading.was_observed(history, ORDERS)):
        seen += tuple(_untrue(history, [each for each in claims if rested or each.status != UNDER_WAY]))
    finding = Finding(
        judged=finding.judged,
        violations=seen,
        counts={**finding.counts, "successes": len(claims), "503": sum(each.status == 503 for each in asked)},
    )
    return reading.borne_out(finding, rested=rested or not claims)


def _untrue(history: History, claims: Iterable[Operation]) -> Iterable[Violation]:
    """Successes that the rows at rest belie. What is still under way is neither true nor false yet."""
    status = {row.id: row.status for row in reading.orders(history)}
    moving = {saga.subject for saga in reading.sagas(history)}
    for claim in claims:
        order = joining.order_of(claim)
        stands = status.get(order or "", "not there")
        if order in moving or stands in TRUE_AT_REST[claim.name, claim.status or 0]:
            continue
        yield Violation(
            what=f"{claim.name} of order {order} was answered {claim.status}, but the order is {stands}",
            operations=(claim.id,),
            facts={"order_id": order, "answered": claim.status, "at_rest": stands},
        )
