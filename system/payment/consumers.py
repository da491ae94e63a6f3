"""Orders' events: a paid order becomes a confirmation to be sent.

The event's id goes into the inbox, the request to notification into the outbox, in one transaction: delivered twice, an
event is handled once, and a confirmation leaves if and only if it was. What cannot be an event, or is one that no
confirmation can be written of, goes to the dead-letter queue; events of other kinds are none of ours, and counted.
"""

import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from google.protobuf.message import DecodeError
from opentelemetry import trace
from shop.events.v1.events_pb2 import Event, OrderPaid
from shop.notification.v1 import notification_pb2

from system.common import inbox
from system.common.broker import acknowledge, dead_letter
from system.common.database import Transaction
from system.common.outbox import Outbox
from system.common.queues import ORDER_EVENTS
from system.common.telemetry import IGNORED, continue_trace
from system.payment.domain import Money, unwritable
from system.payment.handlers import Transactions

CONFIRMATION = "order_confirmation"
MALFORMED = "malformed"
INCOMPLETE = "incomplete"

FirstTime = Callable[[Transaction, str], Awaitable[bool]]
"""Notes a message's id in a transaction; False when it was noted before."""


@dataclass(frozen=True)
class _Arrival:
    message: AbstractIncomingMessage
    event: Event | None
    fault: str = ""


class OrderEvents:
    """Handles batches of the queue `payment.order-events`."""

    def __init__(self, database: Transactions, outbox: Outbox, first_time: FirstTime = inbox.first_time) -> None:
        self._database = database
        self._outbox = outbox
        self._first_time = first_time

    async def __call__(self, _: AbstractChannel, messages: Sequence[AbstractIncomingMessage]) -> None:
        """Write what the events ask for, in one transaction, then settle the messages. Raises ShopError to be called again."""
        arrivals = [_read(message) for message in messages]
        paid = [a for a in arrivals if a.event is not None and a.event.HasField("order_paid")]
        if paid:
            await self._database.run(lambda tx: self._write(tx, paid))
            self._outbox.wake()
        for arrival in arrivals:
            if arrival.fault:
                await dead_letter(arrival.message, ORDER_EVENTS.name, arrival.fault)
                continue
            if arrival.event is not None and not arrival.event.HasField("order_paid"):
                IGNORED.labels(ORDER_EVENTS.name, arrival.event.WhichOneof("payload") or "unknown").inc()
            await acknowledge(arrival.message)

    async def _write(self, tx: Transaction, arrivals: Sequence[_Arrival]) -> None:
        for arrival in arrivals:
            if arrival.event is None or not await self._first_time(tx, arrival.event.id):
                continue
            request = confirmation(arrival.event.order_paid)
            headers = {key: str(value) for key, value in arrival.message.headers.items()}
            with trace.use_span(continue_trace(headers, "order.paid"), end_on_exit=True):
                await self._outbox.write(tx, [(arrival.event.id, CONFIRMATION, request.SerializeToString())])


def confirmation(paid: OrderPaid) -> notification_pb2.SendOrderConfirmationRequest:
    """What notification is asked to write."""
    order = paid.order
    return notification_pb2.SendOrderConfirmationRequest(
        order_id=order.id,
        recipient_email=paid.customer_email,
        recipient_name=order.delivery_address.recipient,
        items=[
            notification_pb2.ConfirmationItem(name=item.name, quantity=item.quantity, unit_price=item.unit_price)
            for item in order.items
        ],
        total=order.total,
    )


def _read(message: AbstractIncomingMessage) -> _Arrival:
    try:
        event = Event.FromString(message.body)
    except DecodeError:
        return _Arrival(message, None, MALFORMED)
    if not _is_uuid(event.id):
        return _Arrival(message, None, MALFORMED)
    if event.HasField("order_paid") and _unwritable(event.order_paid):
        return _Arrival(message, None, INCOMPLETE)
    return _Arrival(message, event)


def _unwritable(paid: OrderPaid) -> bool:
    order = paid.order
    lines = [(item.quantity, Money(item.unit_price.minor_units, item.unit_price.currency)) for item in order.items]
    return unwritable(order.id, paid.customer_email, lines, Money(order.total.minor_units, order.total.currency))


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
