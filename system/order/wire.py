"""Between the messages of shop.order.v1 and shop.events.v1 and the order service's own types."""

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from shop.common.v1.money_pb2 import Money as MoneyMessage
from shop.events.v1 import events_pb2
from shop.order.v1 import order_pb2

from system.order.domain import Address, Item, Money, Order, PaymentAttempt, Placement, Status


def timestamp(moment: datetime) -> Timestamp:
    """A database's (naive, UTC) time as a message."""
    message = Timestamp()
    message.FromDatetime(moment.replace(tzinfo=UTC))
    return message


def money(amount: Money | None) -> MoneyMessage | None:
    """An amount as a message; None stays unset."""
    return MoneyMessage(minor_units=amount.minor_units, currency=amount.currency) if amount else None


def order_message(order: Order) -> order_pb2.Order:
    """An order as clients of the service see it."""
    a = order.address
    return order_pb2.Order(
        id=order.id,
        user_id=order.user_id,
        status=order_pb2.OrderStatus.Value(f"ORDER_STATUS_{order.status}"),
        items=[
            order_pb2.OrderItem(product_id=i.product_id, name=i.name, quantity=i.quantity, unit_price=money(i.unit_price))
            for i in order.items
        ],
        total=money(order.total),
        delivery_address=order_pb2.Address(
            recipient=a.recipient, street=a.street, city=a.city, postal_code=a.postal_code, country=a.country
        ),
        reason=order.reason,
        payment_id=order.payment_id,
        created_at=timestamp(order.created_at),
        updated_at=timestamp(order.updated_at),
        expires_at=timestamp(order.expires_at) if order.expires_at else None,
        last_payment=_payment_attempt(order.last_payment) if order.last_payment else None,
    )


def _payment_attempt(attempt: PaymentAttempt) -> order_pb2.PaymentAttempt:
    return order_pb2.PaymentAttempt(
        payment_id=attempt.payment_id,
        outcome=order_pb2.PaymentOutcome.Value(f"PAYMENT_OUTCOME_{attempt.outcome}"),
        reason=attempt.reason,
        ended_at=timestamp(attempt.ended_at),
    )


def placement(command: events_pb2.PlaceOrder | order_pb2.AcceptOrderRequest) -> Placement:
    """A PlaceOrder command, or the same content in a call, as the domain reads it."""
    a = command.delivery_address
    return Placement(
        order_id=command.order_id,
        user_id=command.user_id,
        customer_email=command.customer_email,
        idempotency_key=command.idempotency_key,
        items=tuple(Item(item.product_id, item.quantity) for item in command.items),
        address=Address(a.recipient, a.street, a.city, a.postal_code, a.country),
    )


def _paid(order: Order) -> events_pb2.Event:
    return events_pb2.Event(order_paid=events_pb2.OrderPaid(order=order_message(order), customer_email=order.customer_email))


EVENTS: Mapping[Status, tuple[str, Callable[[Order], events_pb2.Event]]] = {
    Status.RESERVED: (
        "order.reserved",
        lambda o: events_pb2.Event(order_reserved=events_pb2.OrderReserved(order=order_message(o))),
    ),
    Status.REJECTED: (
        "order.rejected",
        lambda o: events_pb2.Event(order_rejected=events_pb2.OrderRejected(order=order_message(o))),
    ),
    Status.PAID: ("order.paid", _paid),
    Status.CANCELLED: (
        "order.cancelled",
        lambda o: events_pb2.Event(order_cancelled=events_pb2.OrderCancelled(order=order_message(o))),
    ),
    Status.EXPIRED: (
        "order.expired",
        lambda o: events_pb2.Event(order_expired=events_pb2.OrderExpired(order=order_message(o))),
    ),
}


def event(order: Order) -> tuple[str, str, bytes]:
    """(event id, routing key, body) that says where an order has come to rest. One order reaches a status once, so the
    id is derived from both and a repeated event is recognised as such.
    """
    topic, build = EVENTS[order.status]
    message = build(order)
    message.id = str(uuid.uuid5(uuid.UUID(order.id), order.status))
    message.occurred_at.GetCurrentTime()
    return message.id, topic, message.SerializeToString()
