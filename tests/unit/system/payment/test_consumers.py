import uuid
from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from prometheus_client import REGISTRY
from shop.common.v1.money_pb2 import Money
from shop.events.v1.events_pb2 import Event, OrderExpired, OrderPaid
from shop.notification.v1.notification_pb2 import SendOrderConfirmationRequest
from shop.order.v1.order_pb2 import Address, Order, OrderItem

from system.common.database import Transaction
from system.common.errors import Unavailable
from system.common.outbox import Outbox
from system.payment.consumers import CONFIRMATION, OrderEvents, confirmation
from tests.unit.system.payment.fakes import FakeDatabase, FakeStore, Turns

CHANNEL = cast(AbstractChannel, None)


class FakeMessage:
    """Remembers how it was settled; twice is a mistake, as with the real one."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.message_id = "m"
        self.headers: dict[str, Any] = {}
        self.settled = ""

    async def ack(self) -> None:
        assert not self.settled
        self.settled = "ack"

    async def reject(self, *, requeue: bool) -> None:
        assert not self.settled
        assert not requeue
        self.settled = "dead"


class FakeOutbox(Outbox):
    """Keeps what is written."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, bytes]] = []
        self.woken = 0

    async def write(self, tx: Transaction, messages: Sequence[tuple[str, str, bytes]]) -> None:
        self.rows += messages

    def wake(self) -> None:
        self.woken += 1


class World:
    def __init__(self) -> None:
        self.turns = Turns()
        self.outbox = FakeOutbox()
        self.seen: set[str] = set()
        self.handle = OrderEvents(FakeDatabase(FakeStore(), self.turns), self.outbox, self.first_time)

    async def first_time(self, _: Transaction, message_id: str) -> bool:
        new = message_id not in self.seen
        self.seen.add(message_id)
        return new

    async def __call__(self, *messages: FakeMessage) -> list[str]:
        await self.handle(CHANNEL, cast(Sequence[AbstractIncomingMessage], messages))
        return [m.settled for m in messages]


@pytest.fixture
def world() -> World:
    return World()


def paid(**changes: Any) -> Event:
    order = Order(
        id=str(uuid.uuid4()),
        items=[OrderItem(product_id="p", name="Tea", quantity=2, unit_price=Money(minor_units=250, currency="EUR"))],
        total=Money(minor_units=500, currency="EUR"),
        delivery_address=Address(recipient="Ada"),
    )
    event = Event(id=str(uuid.uuid4()), order_paid=OrderPaid(order=order, customer_email="ada@shop.example"))
    for name, value in changes.items():
        setattr(event, name, value)
    return event


def message(event: Event) -> FakeMessage:
    return FakeMessage(event.SerializeToString())


async def test_a_paid_order_becomes_a_confirmation_to_be_sent(world: World) -> None:
    event = paid()
    assert await world(message(event)) == ["ack"]
    ((key, topic, payload),) = world.outbox.rows
    assert (key, topic) == (event.id, CONFIRMATION)
    assert SendOrderConfirmationRequest.FromString(payload) == confirmation(event.order_paid)
    assert world.outbox.woken == 1


def test_what_notification_is_asked_to_write() -> None:
    order_paid = paid().order_paid
    request = confirmation(order_paid)
    assert (request.order_id, request.recipient_email, request.recipient_name) == (
        order_paid.order.id,
        "ada@shop.example",
        "Ada",
    )
    assert [(i.name, i.quantity, i.unit_price.minor_units) for i in request.items] == [("Tea", 2, 250)]
    assert request.total == Money(minor_units=500, currency="EUR")


async def test_a_duplicate_is_acknowledged_and_forgotten_in_the_batch_and_after_it(world: World) -> None:
    event, other = paid(), paid()
    assert await world(message(event), message(other), message(event)) == ["ack"] * 3
    assert await world(message(event)) == ["ack"]
    assert [key for key, _, _ in world.outbox.rows] == [event.id, other.id]


async def test_hopeless_messages_do_not_hold_up_the_others(world: World) -> None:
    event, no_order, no_address, no_items = paid(), paid(), paid(), paid()
    no_order.order_paid.ClearField("order")
    no_address.order_paid.ClearField("customer_email")
    no_items.order_paid.order.ClearField("items")
    hopeless = [
        FakeMessage(b"\xff\xff"),
        FakeMessage(b""),
        message(paid(id="1")),
        *map(message, (no_order, no_address, no_items)),
    ]
    assert await world(*hopeless, message(event)) == ["dead"] * 6 + ["ack"]
    assert [key for key, _, _ in world.outbox.rows] == [event.id]


async def test_other_events_are_none_of_ours(world: World) -> None:
    expired = Event(id=str(uuid.uuid4()), order_expired=OrderExpired())
    unheard_of = Event(id=str(uuid.uuid4()))
    before = {reason: ignored(reason) for reason in ("order_expired", "unknown")}
    assert await world(message(expired), message(unheard_of)) == ["ack", "ack"]
    assert (world.outbox.rows, world.turns.taken) == ([], 0)
    assert {reason: ignored(reason) - count for reason, count in before.items()} == {"order_expired": 1, "unknown": 1}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda paid: setattr(paid, "customer_email", "nobody at all"),
        lambda paid: setattr(paid, "customer_email", "a@shop.example\r\nBcc: b@shop.example"),
        lambda paid: paid.order.ClearField("total"),
        lambda paid: paid.order.items[0].ClearField("unit_price"),
        lambda paid: setattr(paid.order.items[0], "quantity", 0),
        lambda paid: setattr(paid.order.items[0].unit_price, "minor_units", -1),
        lambda paid: setattr(paid.order.items[0].unit_price, "currency", "euro"),
        lambda paid: paid.order.items.extend([paid.order.items[0]] * 1000),
    ],
)
async def test_what_notification_would_refuse_is_not_asked_for_ever(world: World, spoil: Callable[[OrderPaid], None]) -> None:
    """Red before: such an event was acknowledged, and its request tried again from the outbox for ever."""
    event, good = paid(), paid()
    spoil(event.order_paid)
    assert await world(message(event), message(good)) == ["dead", "ack"]
    assert [key for key, _, _ in world.outbox.rows] == [good.id]


def ignored(reason: str) -> float:
    labels = {"queue": "payment.order-events", "reason": reason}
    return REGISTRY.get_sample_value("messages_ignored_total", labels) or 0.0


async def test_nothing_is_settled_before_it_is_durable(world: World) -> None:
    messages = [FakeMessage(b"\xff\xff"), message(paid())]
    world.turns.cut_at = 1
    with pytest.raises(Unavailable):
        await world(*messages)
    assert [m.settled for m in messages] == ["", ""]
    assert await world(*messages) == ["dead", "ack"]
