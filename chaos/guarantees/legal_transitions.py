"""Orders follow their state machine: in the order of reads, and from any read to the rows at rest."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from chaos.guarantees import joining, reading
from chaos.observations.orders import AT_THE_SHOP, ORDERS, PLACE_ORDER
from harness.checkers import Read, forward_only
from harness.history import History
from harness.verdict import Finding, guarantee

MOVES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "PENDING": frozenset({"RESERVED", "REJECTED"}),
        "RESERVED": frozenset({"PAID", "CANCELLED", "EXPIRED"}),
        "REJECTED": frozenset(),
        "PAID": frozenset(),
        "CANCELLED": frozenset(),
        "EXPIRED": frozenset(),
    }
)
"""The order's state machine: the direct successors of each state."""

UNDECIDED = 202


@guarantee
def legal_transitions(history: History) -> Finding:
    """Every status anyone read lies on the order's state machine and never goes back."""
    told = list(_told(history))
    finding = forward_only([*told, *_at_rest(history)], MOVES, kind="order")
    reads: dict[str, int] = {}
    for read in told:
        reads[read.subject] = reads.get(read.subject, 0) + 1
    return Finding(
        judged=len(told),
        violations=finding.violations,
        counts={"orders read": len(reads), "read more than once": sum(number > 1 for number in reads.values())},
    )


def _told(history: History) -> Iterable[Read]:
    """Statuses in answers. Operations that never ended or whose outcome is unknown have none.

    Nor has a placement's 202, by which the gateway says that it does not know of a decision: a key may be sent again while
    the order service is away, when the order has been decided long since.
    """
    for operation in history.named(*AT_THE_SHOP):
        if operation.name == PLACE_ORDER and operation.status == UNDECIDED:
            continue
        order, status = joining.order_of(operation), joining.status_told(operation)
        if order and status and operation.completed_ns is not None:
            yield Read(order, status, operation.invoked_ns, operation.completed_ns, operation.id)


def _at_rest(history: History) -> Iterable[Read]:
    """The rows at rest as reads, if they were observed."""
    if reading.was_observed(history, ORDERS):
        # The rows are read before they are recorded, but after everything that ended before that stage.
        at_ns = history.observed_at_ns(ORDERS)
        yield from (Read(row.id, row.status, at_ns, at_ns) for row in reading.orders(history))
