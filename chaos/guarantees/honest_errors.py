"""Error handling: documented statuses are allowed, 503 with Retry-After; what is answered late, or untrue, is a violation.

Only the shop's answers are judged; of an operation that ended in a transport error only its duration. The time for which the
clients were late themselves is no time of the shop's; what was late while they were too late to tell is UNKNOWN.
"""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from chaos.guarantees import documented, joining, reading
from chaos.observations import catalogue, identity
from chaos.observations.orders import AT_THE_SHOP, CANCEL_ORDER, COMPLETE_ORDER, ORDERS, PLACE_ORDER
from harness.checkers import UNDECIDED, LateClientError, answered_within
from harness.history import ClientLag, History, Operation
from harness.verdict import Finding, Violation, guarantee

DEADLINE_S = 16.0
"""The gateway's bound (15 s) and 1 s for the network."""

INSIDE = re.compile(r"\d{1,3}(\.\d{1,3}){3}|ipv[46]:|\w(Error|Exception|Timeout)\b|\bErrno\b|Traceback|\b0x[0-9a-f]{6,}|://")
"""What no customer is told: addresses and exceptions of the shop's own parts."""

UNDER_WAY = 202
"""The operations whose success is compared with the rows at rest."""

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
"""States at rest that agree with a success, by operation and status; 202 must lead to one of them, too."""


@guarantee
def honest_errors(history: History) -> Finding:
    """No 500, no hang past the deadline, no success for something that did not happen, no words from inside the shop."""
    asked = history.named(*AT_THE_SHOP, *identity.AT_THE_SHOP, *catalogue.AT_THE_SHOP)
    finding = answered_within(asked, DEADLINE_S, ClientLag.of(history))
    crashed = tuple(
        Violation(what=f"{each.name} (operation {each.id}) was answered 500", operations=(each.id,), facts=dict(each.output))
        for each in asked
        if each.status == 500
    )
    claims = [each for each in asked if (each.name, each.status) in TRUE_AT_REST]
    rested = not reading.was_observed(history, ORDERS) or reading.at_rest(history, ORDERS)
    seen = finding.violations + crashed + tuple(_tells_what_is_inside(asked)) + tuple(documented.violations(history))
    # Violations in answers are reported also when the run ended before the databases were observed.
    if claims and (not seen or reading.was_observed(history, ORDERS)):
        seen += tuple(_untrue(history, [each for each in claims if rested or each.status != UNDER_WAY]))
    finding = Finding(
        judged=finding.judged,
        violations=seen,
        counts={**finding.counts, "successes": len(claims), "503": sum(each.status == 503 for each in asked)},
    )
    if (late := finding.counts[UNDECIDED]) and not finding.violations:
        raise LateClientError(f"{late} operations took longer than {DEADLINE_S:g} s, while their clients were late themselves")
    return reading.borne_out(finding, rested=rested or not claims)


def _tells_what_is_inside(asked: Iterable[Operation]) -> Iterable[Violation]:
    """Problems of 5xx whose detail names an address, an exception or a place in memory: words for the log, not for customers.

    What is said of a call without a gateway, which is no problem document, is said by the client's own library.
    """
    for each in asked:
        detail = each.output.get("detail") if "type" in each.output else None
        if (each.status or 0) >= 500 and isinstance(detail, str) and INSIDE.search(detail):
            what = f"{each.name} (operation {each.id}) was answered {each.status} in words from inside: {detail}"
            yield Violation(what=what, operations=(each.id,))


def _untrue(history: History, claims: Iterable[Operation]) -> Iterable[Violation]:
    """Successes that contradict the rows at rest. Orders whose saga is still under way are not judged."""
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
