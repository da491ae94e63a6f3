"""The queues on which gateways wait for decisions, for the AMQP fuzzer: what nobody waits for is dropped, and orders go on."""

from collections.abc import Sequence

import httpx
from shop.events.v1.events_pb2 import PLACE_ORDER_OUTCOME_RESERVED, PlaceOrder, PlaceOrderReply
from shop.order.v1.order_pb2 import Order

from chaos.client import Line, RefusedError
from chaos.fuzz.goods import ADDRESS, Customer, Goods, new_id
from chaos.subject import RunningShop
from harness.fuzz.amqp.served import Message, Served

CREATED = 201


class Replies:
    """Replies that no gateway asked for."""

    def __init__(self, customer: Customer, product: str) -> None:
        self._customer = customer
        self._product = product

    @classmethod
    async def served(cls, subject: RunningShop, goods: Goods) -> Served:
        """Raises RefusedError, httpx.HTTPError."""
        ours = cls(await goods.customer(), await goods.product())
        return Served(
            about="decisions that a gateway waits for",
            fits=lambda queue: queue.startswith("gateway."),
            good=ours.good,
            hopeless=ours.hopeless,
            foreign=[("PlaceOrder", PlaceOrder(order_id=new_id()).SerializeToString())],
            decided=ours.decided,
            accounted=ours.accounted,
            dead_letters=False,
        )

    async def good(self, _count: int) -> Sequence[bytes]:
        """See Served: none, because only the service that was asked can make one."""
        return []

    async def hopeless(self) -> Sequence[tuple[str, bytes]]:
        """See Served."""
        order = Order(id=new_id(), user_id=new_id())
        return [
            ("nothing in it", b""),
            (
                "an order nobody placed",
                PlaceOrderReply(order=order, outcome=PLACE_ORDER_OUTCOME_RESERVED).SerializeToString(),
            ),
            ("an outcome of a later version", PlaceOrderReply(order=order).SerializeToString() + b"\x10\x63"),
        ]

    async def decided(self, _bodies: Sequence[bytes]) -> Sequence[str]:
        """See Served: a customer's order is answered as ever."""
        try:
            answer = await self._customer.shop.place_order(new_id(), [Line(self._product, 1)], ADDRESS)
        except (httpx.HTTPError, RefusedError) as error:
            return [f"an order could not be placed: {type(error).__name__}"]
        return [] if answer.status == CREATED else [f"an order was answered {answer.status}, not {CREATED}"]

    async def accounted(self, messages: Sequence[Message]) -> frozenset[str]:
        """See Served: whatever nobody waits for may be dropped."""
        return frozenset(message.id for message in messages)
