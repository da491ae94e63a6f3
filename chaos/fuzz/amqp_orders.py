"""The queue order.place for the AMQP fuzzer: PlaceOrder commands, good, hopeless, and what became of them."""

import asyncio
from collections.abc import Iterable, Sequence

from google.protobuf.message import DecodeError
from shop.events.v1.events_pb2 import PLACE_ORDER_OUTCOME_RESERVED, Event, OrderPaid, PlaceOrder, PlaceOrderReply
from shop.order.v1.order_pb2 import Address, Order, OrderItem

from chaos.fuzz.goods import Customer, Goods, new_id
from chaos.subject import RunningShop
from harness.fuzz.amqp.served import Message, Served
from harness.history import Row
from harness.system.sql import rows
from harness.waiting import NotYet, WaitTimeout, wait_until_async

QUEUE = "order.place"
DECIDED_S = 10.0
"""Seconds after which a command that was taken off the queue has to be decided."""
UNITS = 2
_ADDRESS = {"recipient": "Fay Fuzz", "street": "Side St 1", "city": "Bern", "postal_code": "3000", "country": "CH"}
_STATUS = "SELECT id, status, user_id, idempotency_key FROM orders WHERE id IN %s OR (user_id, idempotency_key) IN %s"
_ITEMS = "SELECT order_id, product_id, quantity FROM order_items WHERE order_id IN %s"


class PlaceOrders:
    """Commands of one customer for one product."""

    def __init__(self, subject: RunningShop, customer: Customer, product: str) -> None:
        self._order = subject.stack.mysql("order")
        self._customer = customer
        self._product = product

    @classmethod
    async def served(cls, subject: RunningShop, goods: Goods) -> Served:
        """Raises RefusedError, httpx.HTTPError."""
        ours = cls(subject, await goods.customer(), await goods.product())
        return Served(
            about="commands to place an order",
            fits=lambda queue: queue == QUEUE,
            good=ours.good,
            hopeless=ours.hopeless,
            foreign=_foreign(),
            decided=ours.decided,
            accounted=ours.accounted,
        )

    def command(self, **changes: object) -> PlaceOrder:
        """A good command, but for the changes."""
        content: dict[str, object] = {
            "order_id": new_id(),
            "user_id": self._customer.user.id,
            "customer_email": self._customer.user.email,
            "idempotency_key": new_id(),
            "items": [OrderItem(product_id=self._product, quantity=UNITS)],
            "delivery_address": Address(**_ADDRESS),
        }
        return PlaceOrder(**{**content, **changes})  # type: ignore[arg-type]  # names of its fields

    async def good(self, count: int) -> Sequence[bytes]:
        """See Served."""
        return [self.command().SerializeToString() for _ in range(count)]

    async def hopeless(self) -> Sequence[tuple[str, bytes]]:
        """See Served. Two share a key, or an id, with an order that is taken first."""
        taken = self.command()
        commands = {
            "nothing in it": PlaceOrder(),
            "no order id": self.command(order_id=""),
            "no user id": self.command(user_id=""),
            "no key": self.command(idempotency_key=""),
            "no items": self.command(items=[]),
            "no address": self.command(delivery_address=None),
            "no e-mail": self.command(customer_email=""),
            "an order id that is no UUID": self.command(order_id="order-1"),
            "an order id in capitals": self.command(order_id=new_id().upper()),
            "a long order id": self.command(order_id=new_id() * 3),
            "an order id of odd characters": self.command(order_id="é" * 36),
            "a user id that is no UUID": self.command(user_id="somebody"),
            "a user id of odd characters": self.command(user_id="é" * 36),
            "a long user id": self.command(user_id=new_id() * 3),
            "a long key": self.command(idempotency_key="k" * 256),
            "a long e-mail": self.command(customer_email="a" * 300 + "@shop.example"),
            "an e-mail that is none": self.command(customer_email="nobody\nat all"),
            "a product id of odd characters": self.items(OrderItem(product_id="é" * 36, quantity=1)),
            "a short product id": self.items(OrderItem(product_id="lamp", quantity=1)),
            "a product twice": self.items(self.line(1), self.line(1)),
            "too many items": self.items(*(OrderItem(product_id=new_id(), quantity=1) for _ in range(101))),
            **{f"quantity {n}": self.items(self.line(n)) for n in (0, -1, 10**6 + 1, 2**63 - 1)},
            **{f"a long {name}": self.address(**{name: "x" * 201}) for name in _ADDRESS},
            **{f"no {name}": self.address(**{name: ""}) for name in _ADDRESS},
            "a country of three letters": self.address(country="CHE"),
            "a country of odd characters": self.address(country="é€"),
            "an order that is there": taken,
            "a key used for another order": self.command(idempotency_key=taken.idempotency_key),
            "an id used for another content": self.command(
                order_id=taken.order_id, idempotency_key=taken.idempotency_key, items=[self.line(9)]
            ),
            "an id of another user's order": self.command(order_id=taken.order_id, user_id=new_id()),
        }  # fmt: skip
        return [(what, command.SerializeToString()) for what, command in commands.items()]

    def line(self, quantity: int) -> OrderItem:
        """A line for the product."""
        return OrderItem(product_id=self._product, quantity=quantity)

    def items(self, *items: OrderItem) -> PlaceOrder:
        """A command for these lines."""
        return self.command(items=items)

    def address(self, **changes: str) -> PlaceOrder:
        """A command to an address with these changes."""
        return self.command(delivery_address=Address(**{**_ADDRESS, **changes}))

    async def decided(self, bodies: Sequence[bytes]) -> Sequence[str]:
        """See Served: each order is RESERVED, with the units that were asked for."""
        commands = {command.order_id: command for command in map(PlaceOrder.FromString, bodies)}

        async def all_decided() -> bool:
            status = {row["id"]: row["status"] for row in await self._rows(commands.values())}
            if waiting := [order for order in commands if status.get(order) != "RESERVED"]:
                raise NotYet(f"order {waiting[0]} of a good command is {status.get(waiting[0], 'not there')}")
            return True

        try:
            await wait_until_async(
                all_decided, what="good commands beside bad ones are decided", timeout_s=DECIDED_S, poll_s=0.1
            )
        except WaitTimeout as error:
            return [str(error)]
        lines = await asyncio.to_thread(lambda: list(rows(self._order, _ITEMS, (tuple(commands),))))
        stored = [(str(row["order_id"]), str(row["product_id"]), row["quantity"]) for row in lines]
        wanted = [(c.order_id, item.product_id, item.quantity) for c in commands.values() for item in c.items]
        return (
            [] if sorted(stored) == sorted(wanted) else [f"good commands asked for {sorted(wanted)}, and are {sorted(stored)}"]
        )

    async def accounted(self, messages: Sequence[Message]) -> frozenset[str]:
        """See Served: an order of that id, or of that user and key, is there and decided."""
        commands = {message.id: command for message in messages if (command := _read(message.body))}
        if not commands:
            return frozenset()

        async def rested() -> frozenset[str]:
            there = await self._rows(commands.values())
            if any(row["status"] == "PENDING" for row in there):
                raise NotYet("an order is PENDING")
            ids = {row["id"] for row in there}
            keys = {(row["user_id"], row["idempotency_key"]) for row in there}
            found = (m for m, c in commands.items() if c.order_id in ids or (c.user_id, c.idempotency_key) in keys)
            return frozenset({*found, ""})

        try:
            return await wait_until_async(rested, what="orders are decided", timeout_s=DECIDED_S, poll_s=0.1)
        except WaitTimeout:
            return frozenset()

    async def _rows(self, commands: Iterable[PlaceOrder]) -> Sequence[Row]:
        asked = list(commands)
        ids = tuple({c.order_id for c in asked if c.order_id.isascii()} or {"-"})
        keys = tuple({(c.user_id, c.idempotency_key) for c in asked if c.user_id.isascii()} or {("-", "-")})
        return await asyncio.to_thread(lambda: rows(self._order, _STATUS, (ids, keys)))


def _read(body: bytes) -> PlaceOrder | None:
    try:
        return PlaceOrder.FromString(body)
    except DecodeError:
        return None


def _foreign() -> Sequence[tuple[str, bytes]]:
    order = Order(id=new_id(), user_id=new_id(), items=[OrderItem(product_id=new_id(), quantity=1)])
    reply = PlaceOrderReply(order=order, outcome=PLACE_ORDER_OUTCOME_RESERVED)
    event = Event(id=new_id(), order_paid=OrderPaid(order=order, customer_email="a@shop.example"))
    return [
        ("PlaceOrderReply", reply.SerializeToString()),
        ("Event", event.SerializeToString()),
        ("Order", order.SerializeToString()),
        ("JSON", b'{"items": [{"product_id": "lamp", "quantity": 1}]}'),
    ]
