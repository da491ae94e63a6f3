"""Placing an order, as the gateway sees it: one key of one user is one order, and every answer about it is true."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from shop.events.v1 import events_pb2
from shop.order.v1 import order_pb2

from system.common import deadlines
from system.common.errors import Conflict, DeadlineExceeded, KeyReused, ShopError, Unavailable, UnknownProduct
from system.common.idempotency import order_id
from system.common.telemetry import log
from system.common.totals import HIGHEST_TOTAL
from system.gateway.models.orders import NewOrder


class Customer(Protocol):
    """Who orders."""

    @property
    def id(self) -> str:
        """UUID of the account."""

    @property
    def email(self) -> str:
        """Where the confirmation goes."""


class Desk(Protocol):
    """Takes commands (`OrderDesk`)."""

    async def place(self, command: events_pb2.PlaceOrder, wait_s: float) -> events_pb2.PlaceOrderReply | None:
        """Send a command; the decision, or None when there is none yet. Raises Unavailable."""


Accept = Callable[[order_pb2.AcceptOrderRequest], Awaitable[object]]
"""OrderService.AcceptOrder."""

REJECTIONS: Mapping[str, tuple[type[ShopError], str]] = {
    "OUT_OF_STOCK": (Conflict, "a product of this order is not in stock in that quantity"),
    "MIXED_CURRENCIES": (Conflict, "the products of this order have prices in several currencies: order them apart"),
    "TOTAL_TOO_HIGH": (Conflict, f"an order may cost {HIGHEST_TOTAL} minor units at most: order less of it at a time"),
    "UNKNOWN_PRODUCT": (UnknownProduct, "this order names a product that is not for sale"),
}
OTHER_REJECTION: tuple[type[ShopError], str] = (Conflict, "the order was rejected")


class PlaceOrders:
    """The use case behind POST /orders."""

    def __init__(self, desk: Desk, accept: Accept, wait_s: float, accept_s: float) -> None:
        """`wait_s`: for a decision; `accept_s`: for writing down what was not decided by then (s)."""
        self._desk = desk
        self._accept = accept
        self._wait_s = wait_s
        self._accept_s = accept_s

    async def __call__(self, customer: Customer, key: str, wish: NewOrder) -> tuple[str, order_pb2.Order | None]:
        """The order's id and, when it is decided, the reserved order.

        Raises Conflict or UnknownProduct when it was rejected, KeyReused when the key stands for another order, Unavailable
        when the order was not accepted.
        """
        command = _command(customer, key, wish)
        reply = await self._desk.place(command, self._wait_s)
        if reply is None:
            await self._write_down(command)
            return command.order_id, None
        decide = _DECIDED.get(reply.outcome, _pending)  # an outcome from a newer order service decides nothing here
        return command.order_id, decide(reply, command.order_id)

    async def _write_down(self, command: events_pb2.PlaceOrder) -> None:
        """Have an order that is still in the queue written down, so that its Location can be read.

        It is accepted either way: the queue is durable. Raises KeyReused, which is then the answer.
        """
        try:
            with deadlines.within(self._accept_s):
                await self._accept(
                    order_pb2.AcceptOrderRequest(
                        order_id=command.order_id,
                        user_id=command.user_id,
                        customer_email=command.customer_email,
                        idempotency_key=command.idempotency_key,
                        items=command.items,
                        delivery_address=command.delivery_address,
                    )
                )
        except (Unavailable, DeadlineExceeded) as error:
            log.warning("accepted order not written down yet", order_id=command.order_id, error=str(error))


def _command(customer: Customer, key: str, wish: NewOrder) -> events_pb2.PlaceOrder:
    to = wish.delivery_address
    command = events_pb2.PlaceOrder(
        order_id=order_id(customer.id, key),
        user_id=customer.id,
        customer_email=customer.email,
        idempotency_key=key,
        items=[order_pb2.OrderItem(product_id=line.product_id, quantity=line.quantity) for line in wish.items],
        delivery_address=order_pb2.Address(
            recipient=to.recipient, street=to.street, city=to.city, postal_code=to.postal_code, country=to.country
        ),
    )
    command.requested_at.GetCurrentTime()
    return command


Decide = Callable[[events_pb2.PlaceOrderReply, str], order_pb2.Order | None]


def _reserved(reply: events_pb2.PlaceOrderReply, _order_id: str) -> order_pb2.Order:
    return reply.order


def _rejected(reply: events_pb2.PlaceOrderReply, identifier: str) -> None:
    kind, message = REJECTIONS.get(reply.order.reason, OTHER_REJECTION)
    raise kind(message, reason=reply.order.reason or "REJECTED", metadata={"order_id": identifier})


def _key_reused(_reply: events_pb2.PlaceOrderReply, identifier: str) -> None:
    raise KeyReused("this Idempotency-Key was used for another order", metadata={"order_id": identifier})


def _pending(_reply: events_pb2.PlaceOrderReply, _order_id: str) -> None:
    return None


_DECIDED: Mapping[int, Decide] = {
    events_pb2.PLACE_ORDER_OUTCOME_RESERVED: _reserved,
    events_pb2.PLACE_ORDER_OUTCOME_REJECTED: _rejected,
    events_pb2.PLACE_ORDER_OUTCOME_KEY_REUSED: _key_reused,
    events_pb2.PLACE_ORDER_OUTCOME_PENDING: _pending,
}
