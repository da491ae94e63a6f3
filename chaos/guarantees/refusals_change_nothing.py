"""A refusal is a promise, too: what was refused has not happened, unless another attempt may have done it.

Refused is a definite answer (4xx) or a request that never left. Judged by the rows and the provider's ledger at rest. Attempts
of unknown outcome excuse what they may have done; a declined payment (402) is final. Whether there was a reason to refuse is
judged by `stock_told_truly` and `rightful_requests_succeed`.
"""

from collections.abc import Iterable, Mapping
from itertools import chain

from chaos.guarantees import joining, reading
from chaos.observations.orders import CANCEL_ORDER, COMPLETE_ORDER, ORDERS, PLACE_ORDER, READ_ORDER, OrderRow
from chaos.observations.outside import PROVIDER_LEDGER
from harness.history import Ending, History, Operation
from harness.verdict import Finding, Violation, guarantee

KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
SOLD_OUT, UNKNOWN_PRODUCT = "OUT_OF_STOCK", "UNKNOWN_PRODUCT"
STOCK_LOST = "STOCK_LOST"
DECLINED = 402

Sender = tuple[str, str]
"""A user and an idempotency key."""


@guarantee
def refusals_change_nothing(history: History) -> Finding:
    """What was refused has not happened: no order, no payment, no cancellation; a key is reused by another content only."""
    asked = history.named(PLACE_ORDER, READ_ORDER, COMPLETE_ORDER, CANCEL_ORDER)
    refused = [each for each in asked if each.ending is Ending.FAIL]
    orders = reading.orders(history)
    rested = reading.at_rest(history, ORDERS, PROVIDER_LEDGER)
    violations = tuple(
        chain(
            _placed(history, orders),
            _keys(history, orders),
            _completed(history, orders),
            _cancelled(history, orders),
        )
    )
    kinds = {"refused": len(refused), "sold out": sum(_code(each) == SOLD_OUT for each in refused)}
    kinds |= {"declined": sum(each.status == DECLINED for each in refused)}
    return reading.borne_out(Finding(judged=len(asked), violations=violations, counts=kinds), rested=rested)


def _placed(history: History, orders: Iterable[OrderRow]) -> Iterable[Violation]:
    """Orders that stand, though every request under their key was refused."""
    attempts = _by_sender(history)
    for row in orders:
        under = [each for each in attempts.get((row.user_id, row.idempotency_key), ()) if _code(each) != KEY_REUSED]
        if under and row.status not in ("REJECTED", "PENDING") and all(each.ending is Ending.FAIL for each in under):
            yield _lie(f"order {row.id} is {row.status}, though all that asked for it were refused", under, row.id)


def _keys(history: History, orders: Iterable[OrderRow]) -> Iterable[Violation]:
    """KEY_REUSED for the content that the key stands for, and decisions told of one that it does not stand for."""
    attempts, lines = _by_sender(history), joining.ordered_units(history)
    for row in orders:
        stands = (lines.get(row.id, {}), dict(joining.address(row)))
        for each in attempts.get((row.user_id, row.idempotency_key), ()):
            same = (joining.sent_lines(each), each.input.get("delivery_address", stands[1])) == stands
            if same and _code(each) == KEY_REUSED:
                yield _lie(f"the key of order {row.id} was said to stand for another content than just this", [each], row.id)
            if not same and (each.status == 201 or _code(each) in (SOLD_OUT, UNKNOWN_PRODUCT)):
                yield _lie(f"another content under the key of order {row.id} was answered {each.status}", [each], row.id)


def _completed(history: History, orders: Iterable[OrderRow]) -> Iterable[Violation]:
    """Payments that were refused, by every attempt or for good, and are with the shop all the same."""
    standing = joining.standing_payments(history)
    paid = {(row.id, row.payment_id) for row in orders if row.status == "PAID"}
    attempts: dict[tuple[str, str], list[Operation]] = {}
    for each in history.named(COMPLETE_ORDER):
        attempts.setdefault((str(each.input.get("order_id")), str(each.input.get("payment_id"))), []).append(each)
    for (order, payment), under in attempts.items():
        declined = [each for each in under if each.status == DECLINED]
        refused = under if all(each.ending is Ending.FAIL for each in under) else declined
        if refused and ((order, payment) in standing or (order, payment) in paid):
            what = "is captured" if (order, payment) in standing else "has paid it"
            yield _lie(f"complete_order of order {order} with {payment} was refused, but the payment {what}", refused, order)


def _cancelled(history: History, orders: Iterable[OrderRow]) -> Iterable[Violation]:
    """Orders that are CANCELLED, though every attempt to cancel was refused, and no payment can have found its stock lost."""
    attempts = _by_order(history, CANCEL_ORDER)
    completed = _by_order(history, COMPLETE_ORDER)
    for row in orders:
        under = attempts.get(row.id, [])
        lost = any(each.unknown or each.status == 202 or _code(each) == STOCK_LOST for each in completed.get(row.id, ()))
        before = [each for each in under if _code(each) != "ORDER_CANCELLED"]
        if row.status == "CANCELLED" and before and not lost and all(each.ending is Ending.FAIL for each in under):
            yield _lie(f"order {row.id} is CANCELLED, though every cancel_order was refused", under, row.id)


def _by_sender(history: History) -> Mapping[Sender, list[Operation]]:
    found: dict[Sender, list[Operation]] = {}
    for each in history.named(PLACE_ORDER):
        if "items" in each.input:
            found.setdefault(_sender(each), []).append(each)
    return found


def _by_order(history: History, name: str) -> Mapping[str, list[Operation]]:
    found: dict[str, list[Operation]] = {}
    for each in history.named(name):
        found.setdefault(str(each.input.get("order_id")), []).append(each)
    return found


def _sender(operation: Operation) -> Sender:
    return str(operation.input.get("user_id")), str(operation.input.get("key"))


def _code(operation: Operation) -> object:
    return operation.output.get("code")


def _lie(what: str, operations: Iterable[Operation], order: str = "") -> Violation:
    return Violation(what=what, operations=tuple(each.id for each in operations), facts={"order_id": order} if order else {})
