"""Liveness of sagas: every saga ends, and every reservation is sold or released.

The bound is that of the settle stage; this judges what is unfinished after it. An unpaid order is at rest until its expiry.
What was answered 202 has a bound of its own: a customer waits for it.
"""

from collections.abc import Iterable
from itertools import chain

from chaos.guarantees import deciding, joining, reading
from chaos.observations.orders import AT_THE_SHOP, ORDERS, PLACE_ORDER, OrderRow
from chaos.observations.rest import LOCK_KEYS, ORDER_OUTBOX, PAYMENT_OUTBOX, LockKeyRow
from chaos.observations.stock import RESERVATIONS
from harness.history import History, Operation
from harness.verdict import Finding, Violation, guarantee

HOLDS = {"RESERVED": "RESERVED", "PAID": "CONFIRMED", "CANCELLED": "RELEASED", "EXPIRED": "RELEASED"}
"""What product must hold at rest for an order in a state; orders in other states need no reservation at all."""
GIVEN_BACK = "RELEASED"
SENT = "SENT"

DECIDED_S = 30.0
"""A 202 is decided within this, less the time for which a fault was in force: leases expire, retries have pauses."""
SLOWEST = "ms until the slowest 202 was decided"
"""Experiments have ceilings for it that are lower."""

Left = tuple[str, str]
"""An order, and what is unfinished of it, as text."""


@guarantee
def sagas_terminate(history: History) -> Finding:
    """After healing every order comes to rest within the bound; no reservation, lease or message is left over.

    What was answered 202 is decided within 30 s.
    """
    orders = reading.orders(history)
    ours = {(str(each.input.get("user_id")), str(each.input.get("key"))) for each in history.named(PLACE_ORDER)}
    asked = joining.operations_by_order(history, *AT_THE_SHOP)
    rested = reading.at_rest(history, ORDERS, RESERVATIONS)
    # Without rest, reservations and orders are snapshots of different times and may differ.
    held = _reservations(history, orders) if rested else ()
    left = tuple(
        Violation(what=what, operations=asked.get(order, ()), facts={"order_id": order})
        for order, what in chain(_orders(orders), _sagas(history), held, _mails(history))
    )
    waits = list(deciding.decided(history))
    finding = Finding(
        judged=sum((row.user_id, row.idempotency_key) in ours for row in orders),
        violations=left + tuple(_messages(history)) + tuple(_late(waits)),
        counts={
            "orders": len(orders),
            "reservations": len(reading.reservations(history)),
            "answered 202 and decided": len(waits),
            SLOWEST: round(1000 * max((seconds for _, seconds in waits), default=0.0)),
        },
    )
    return reading.borne_out(finding, rested=rested)


def _late(waits: Iterable[tuple[Operation, float]]) -> Iterable[Violation]:
    for operation, seconds in waits:
        if seconds > DECIDED_S:
            yield Violation(
                what=f"{operation.name} (operation {operation.id}) was answered 202 and decided {seconds:.1f} s later,"
                f" more than {DECIDED_S:g} s",
                operations=(operation.id,),
                facts={"order_id": joining.order_of(operation), "seconds": seconds},
            )


def _orders(orders: Iterable[OrderRow]) -> Iterable[Left]:
    for row in orders:
        if row.status == "PENDING":
            yield row.id, f"order {row.id} is still PENDING"
        elif row.overdue and row.status == "RESERVED":
            yield row.id, f"order {row.id} is still RESERVED though its time to pay is over"


def _sagas(history: History) -> Iterable[Left]:
    for saga in reading.sagas(history):
        where = f"{saga.state} at step {saga.step} after {saga.attempts} attempts"
        yield saga.subject, f"saga {saga.kind} of order {saga.subject} is still {where}"


def _reservations(history: History, orders: Iterable[OrderRow]) -> Iterable[Left]:
    """Reservations in a state that their order's status excludes, and orders without the reservation they need."""
    status = {row.id: row.status for row in orders}
    moving = {saga.subject for saga in reading.sagas(history)} | {row.id for row in orders if row.status == "PENDING"}
    held = {row.order_id: row.state for row in reading.reservations(history)}
    for order in sorted((status.keys() | held.keys()) - moving):
        due, state = HOLDS.get(status.get(order, ""), GIVEN_BACK), held.get(order, GIVEN_BACK)
        if state != due:
            yield order, f"the reservation of order {order} is {state}, but the order is {status.get(order, 'not there')}"


def _mails(history: History) -> Iterable[Left]:
    for row in reading.confirmations(history):
        if row.state != SENT:
            yield row.order_id, f"the confirmation of order {row.order_id} is still {row.state}"


def _messages(history: History) -> Iterable[Violation]:
    for subject in (ORDER_OUTBOX, PAYMENT_OUTBOX):
        for message in reading.outbox(history, subject):
            told = f"message {message.message_id} ({message.topic}) never left {subject}, {message.attempts} attempts"
            yield Violation(what=told, facts={"message_id": message.message_id, "topic": message.topic})
    for row in reading.queues(history):
        if row.messages:
            yield Violation(what=f"{row.messages} messages are left in {row.queue}", facts={"queue": row.queue})
    if reading.was_observed(history, LOCK_KEYS):
        for key in reading.rows(history, LOCK_KEYS, LockKeyRow):
            left_ms = "for ever" if key.ttl_ms < 0 else f"for {key.ttl_ms} ms more"
            yield Violation(what=f"{key.master} still holds {key.key} {left_ms}", facts={"key": key.key, "ttl_ms": key.ttl_ms})
