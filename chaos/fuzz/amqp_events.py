"""The queue payment.order-events for the AMQP fuzzer: OrderPaid events, good, hopeless, and what became of them.

Every good event is of an order that is really paid, so that its confirmation is not sent once more: notification sends one
for an order, however many events ask for it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import httpx
from google.protobuf.message import DecodeError
from shop.common.v1.money_pb2 import Money
from shop.events.v1.events_pb2 import Event, OrderExpired, OrderPaid, OrderReserved, PlaceOrder
from shop.order.v1.order_pb2 import Address, Order, OrderItem

from chaos.fuzz.goods import Goods, new_id
from chaos.subject import RunningShop
from chaos.subject.metrics import totals
from harness.fuzz.amqp.served import Message, Served
from harness.system.sql import rows
from harness.waiting import NotYet, WaitTimeout, wait_until_async

QUEUE = "payment.order-events"
SENT_S = 10.0
"""Seconds after which the confirmation that an event asks for has left the outbox."""
IGNORED = "messages_ignored_total"
_INBOX = "SELECT message_id FROM inbox WHERE message_id IN %s"
_OUTBOX = "SELECT message_id, attempts FROM outbox WHERE message_id IN %s"


class OrderEvents:
    """Events of one paid order."""

    def __init__(self, subject: RunningShop, order_id: str, email: str) -> None:
        self._subject = subject
        self._payment = subject.stack.mysql("payment")
        self._order_id = order_id
        self._email = email
        self._ignored = 0.0

    @classmethod
    async def served(cls, subject: RunningShop, goods: Goods) -> Served:
        """Raises RefusedError, httpx.HTTPError."""
        customer = await goods.customer()
        order = await goods.paid_order(customer, await goods.product())
        ours = cls(subject, order.id, customer.user.email)
        ours._ignored = await ours._counted()
        return Served(
            about="events of paid orders",
            fits=lambda queue: queue == QUEUE,
            good=ours.good,
            hopeless=ours.hopeless,
            foreign=ours.foreign(),
            decided=ours.decided,
            accounted=ours.accounted,
        )

    def order(self, **changes: object) -> Order:
        """The paid order, but for the changes."""
        item = OrderItem(product_id=new_id(), name="Fuzzed", quantity=1, unit_price=Money(minor_units=1999, currency="EUR"))
        content: dict[str, object] = {
            "id": self._order_id,
            "items": [item],
            "total": Money(minor_units=1999, currency="EUR"),
            "delivery_address": Address(recipient="Fay Fuzz"),
        }
        return Order(**{**content, **changes})  # type: ignore[arg-type]  # names of its fields

    def event(self, order: Order | None = None, *, email: str | None = None, **changes: object) -> Event:
        """A good event, but for the changes."""
        paid = OrderPaid(order=order or self.order(), customer_email=self._email if email is None else email)
        return Event(**{"id": new_id(), "order_paid": paid, **changes})  # type: ignore[arg-type]  # names of its fields

    async def good(self, count: int) -> Sequence[bytes]:
        """See Served."""
        return [self.event().SerializeToString() for _ in range(count)]

    async def hopeless(self) -> Sequence[tuple[str, bytes]]:
        """See Served: no mail can be written of them."""

        def item(quantity: int = 1, minor_units: int = 1999, currency: str = "EUR") -> Order:
            price = Money(minor_units=minor_units, currency=currency)
            return self.order(items=[OrderItem(name="Fuzzed", quantity=quantity, unit_price=price)])

        events = {
            "nothing in it": Event(),
            "no id": self.event(id=""),
            "an id that is no UUID": self.event(id="event-1"),
            "an id in capitals": self.event(id=new_id().upper()),
            "a long id": self.event(id=new_id() * 2),
            "an id of odd characters": self.event(id="é" * 36),
            "no order": self.event(Order()),
            "an order id that is no UUID": self.event(self.order(id="order-1")),
            "no items": self.event(self.order(items=[])),
            "too many items": self.event(self.order(items=[*item().items] * 1001)),
            "no total": self.event(self.order(total=None)),
            "a total without currency": self.event(self.order(total=Money(minor_units=1999))),
            "an item without price": self.event(self.order(items=[OrderItem(name="Fuzzed", quantity=1)])),
            **{f"quantity {n}": self.event(item(n)) for n in (0, -1, -(2**63))},
            "a negative price": self.event(item(minor_units=-1)),
            "a currency that is none": self.event(item(currency="euro")),
            "no e-mail": self.event(email=""),
            "an e-mail that is none": self.event(email="nobody at all"),
            "an e-mail of two lines": self.event(email="a@shop.example\r\nBcc: b@shop.example"),
            "a long e-mail": self.event(email="a" * 60 + "@" + "x" * 250 + ".example"),
        }  # fmt: skip
        return [(what, event.SerializeToString()) for what, event in events.items()]

    def foreign(self) -> Sequence[tuple[str, bytes]]:
        """Messages of other types, and events that payment has no business with."""
        order = self.order()
        return [
            ("OrderReserved", Event(id=new_id(), order_reserved=OrderReserved(order=order)).SerializeToString()),
            ("OrderExpired", Event(id=new_id(), order_expired=OrderExpired(order=order)).SerializeToString()),
            ("an event of a later version", Event(id=new_id()).SerializeToString() + b"\xa2\x06\x02\x0a\x00"),
            ("PlaceOrder", PlaceOrder(order_id=new_id(), user_id=new_id()).SerializeToString()),
            ("JSON", b'{"id": "1", "order_paid": {}}'),
        ]

    async def decided(self, bodies: Sequence[bytes]) -> Sequence[str]:
        """See Served: noted in the inbox, and what they ask for has left the outbox."""
        ids = tuple(Event.FromString(body).id for body in bodies)

        async def sent() -> bool:
            if missing := set(ids) - await self._in(_INBOX, ids):
                raise NotYet(f"event {min(missing)} was not handled")
            if waiting := await self._in(_OUTBOX, ids):
                raise NotYet(f"what event {min(waiting)} asks for has not left the outbox")
            return True

        return await _problems(sent, "good events beside bad ones are handled")

    async def accounted(self, messages: Sequence[Message]) -> frozenset[str]:
        """See Served: handled, and not in the outbox for ever; or none of payment's business, and counted as such."""
        events = {message.id: event for message in messages if (event := _read(message.body))}
        ids = tuple(event.id for event in events.values() if event.id.isascii()) or ("-",)

        async def sent() -> bool:
            if waiting := await self._in(_OUTBOX, ids):
                raise NotYet(f"what event {min(waiting)} asks for has not left the outbox")
            return True

        if await _problems(sent, "the outbox is empty"):
            return frozenset()
        handled = await self._in(_INBOX, ids)
        found = {message for message, event in events.items() if event.id in handled}
        others = {message for message, event in events.items() if not event.HasField("order_paid")}
        before, self._ignored = self._ignored, await self._counted()
        return frozenset(found | (others if self._ignored - before >= len(others) else set()))

    async def _in(self, query: str, ids: Sequence[str]) -> set[str]:
        found = await asyncio.to_thread(lambda: rows(self._payment, query, (ids,)))
        return {str(row["message_id"]) for row in found}

    async def _counted(self) -> float:
        """How many messages of the queue the instances have counted as none of their business."""
        stack = self._subject.stack
        async with httpx.AsyncClient(timeout=5.0, trust_env=False) as http:
            urls = [f"http://{stack.address(member.name, 'metrics')}" for member in stack.instances("payment")]
            return sum([(await totals(http, url, IGNORED, by="queue")).get(QUEUE, 0.0) for url in urls])


async def _problems(probe: Callable[[], Awaitable[bool]], what: str) -> Sequence[str]:
    try:
        await wait_until_async(probe, what=what, timeout_s=SENT_S, poll_s=0.1)
    except WaitTimeout as error:
        return [str(error)]
    return []


def _read(body: bytes) -> Event | None:
    try:
        return Event.FromString(body)
    except DecodeError:
        return None
