"""Time to pay: a reservation lasts as long as the shop promises, and expires neither before that nor never.

The promise is the shop's documented setting (`TIME_TO_PAY`, observed as it was chosen for the run). Judged by the answers,
which state when an order expires, and by the clock of the clients.
"""

import math
from collections.abc import Iterable
from datetime import datetime

from chaos.guarantees import joining, reading
from chaos.observations.orders import (
    AT_THE_SHOP,
    COMPLETE_ORDER,
    PLACE_ORDER,
    PROMISED_TIME_TO_PAY_S,
    TIME_TO_PAY,
    TimeToPayRow,
)
from harness.history import History, Operation
from harness.verdict import Finding, Violation, guarantee

SLACK_S = 1.0
"""For rounding, and for clocks that are stepped by little."""
CLOCKS_DIFFER_S = 0.05
"""By how much the clients' clock may gain on the shop's while an order is reserved."""


@guarantee
def reservations_last(history: History) -> Finding:
    """A reserved order can be paid for as long as the shop promises and no longer, and expires only after that."""
    promised_s = max((row.seconds for row in reading.rows(history, TIME_TO_PAY, TimeToPayRow)), default=PROMISED_TIME_TO_PAY_S)
    began = _first_requests(history)
    judged, expired, violations = 0, 0, []
    for operation in history.named(*AT_THE_SHOP):
        order = joining.order_of(operation)
        if order is None:
            continue
        given_s = _given_s(operation)
        if given_s is not None:
            judged += 1
            if abs(given_s - promised_s) > SLACK_S:
                violations.append(_breach(operation, f"order {order} was given {given_s:.1f} s to be paid", promised_s))
        if _shows_expired(operation) and order in began and operation.completed_ns is not None:
            expired += 1
            lasted_s = (operation.completed_ns - began[order]) / 1e9
            if lasted_s < promised_s - SLACK_S:
                what = f"order {order} had expired {lasted_s:.1f} s after it was first asked for"
                violations.append(_breach(operation, what, promised_s))
    violations += _paid_overdue(history, promised_s)
    return Finding(judged=judged, violations=tuple(violations), counts={"seen expired": expired})


def _paid_overdue(history: History, promised_s: float) -> Iterable[Violation]:
    """Orders paid by who asked for it for the first time when the reservation was over, by the clock of the clients.

    It was made before the first answer that showed it, so it is over by then at the latest.
    """
    over: dict[str, float] = {}
    first: dict[str, Operation] = {}
    for operation in history.named(*AT_THE_SHOP):
        order, given_s = joining.order_of(operation), _given_s(operation)
        if order is not None and given_s is not None and operation.completed_ns is not None:
            over[order] = min(over.get(order, math.inf), operation.completed_ns + given_s * 1e9)
        if operation.name == COMPLETE_ORDER and order is not None:
            before = first.setdefault(order, operation)
            first[order] = min(before, operation, key=lambda each: each.invoked_ns)
    for order, operation in first.items():
        late_s = (operation.invoked_ns - over.get(order, math.inf)) / 1e9
        if late_s > CLOCKS_DIFFER_S and operation.status == 200:
            yield _breach(operation, f"order {order} was paid {late_s:.2f} s after its reservation was over", promised_s)


def _first_requests(history: History) -> dict[str, int]:
    """By order, when the first request under its key began (ns)."""
    keys: dict[tuple[object, object], int] = {}
    found: dict[str, int] = {}
    for operation in history.named(PLACE_ORDER):
        key = (operation.input.get("user_id"), operation.input.get("key"))
        keys.setdefault(key, operation.invoked_ns)
        if order := joining.order_id(operation):
            found[order] = keys[key]
    return found


def _given_s(operation: Operation) -> float | None:
    """From the reservation until it expires, as an answer that shows a reserved order states it."""
    since, until = operation.output.get("updated_at"), operation.output.get("expires_at")
    if joining.status_told(operation) != "RESERVED" or not isinstance(since, str) or not isinstance(until, str):
        return None
    return (datetime.fromisoformat(until) - datetime.fromisoformat(since)).total_seconds()


def _shows_expired(operation: Operation) -> bool:
    return joining.status_told(operation) == "EXPIRED" or operation.output.get("code") == "ORDER_EXPIRED"


def _breach(operation: Operation, what: str, promised_s: float) -> Violation:
    return Violation(
        what=f"operation {operation.id}: {what}; {promised_s:g} s are promised",
        operations=(operation.id,),
        facts={"promised_s": promised_s},
    )
