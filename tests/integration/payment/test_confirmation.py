"""From an order's event to one mail, on the whole way: queue, inbox, outbox, gRPC, SMTP."""

import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

import aio_pika
import httpx
import pytest
from aio_pika.abc import AbstractChannel
from shop.common.v1.money_pb2 import Money
from shop.events.v1.events_pb2 import Event, OrderCancelled, OrderPaid
from shop.order.v1.order_pb2 import Address, Order, OrderItem

from harness.stack.view import StackView
from tests.integration.shop import Rows, eventually

QUEUE = "payment.order-events"
Schemas = Callable[[str], Rows]


@pytest.fixture
async def channel(stack: StackView) -> AsyncIterator[AbstractChannel]:
    async with await aio_pika.connect(stack.amqp_url) as connection:
        yield await connection.channel()


@pytest.fixture
def paid() -> Event:
    order = Order(
        id=str(uuid.uuid4()),
        items=[OrderItem(product_id="p", name="Tea <strong>", quantity=3, unit_price=Money(minor_units=1999, currency="EUR"))],
        total=Money(minor_units=5997, currency="EUR"),
        delivery_address=Address(recipient="Ada Lovelace"),
    )
    email = f"{uuid.uuid4().hex}@shop.example"
    return Event(id=str(uuid.uuid4()), order_paid=OrderPaid(order=order, customer_email=email))


async def publish(channel: AbstractChannel, event: Event) -> None:
    exchange = await channel.get_exchange("shop.events")
    await exchange.publish(aio_pika.Message(event.SerializeToString()), "order.paid")


async def straight(channel: AbstractChannel, body: bytes) -> str:
    """Put a body on the queue itself; the id of the message."""
    message_id = str(uuid.uuid4())
    await channel.default_exchange.publish(aio_pika.Message(body, message_id=message_id), QUEUE)
    return message_id


async def mails(mailbox: httpx.AsyncClient, event: Event) -> list[dict[str, Any]]:
    answer = await mailbox.get("/messages", params={"order_id": event.order_paid.order.id})
    return list(answer.json())


async def settled(mysql: Schemas, event: Event) -> None:
    """Return once the event has been handled and nothing of it waits to be sent."""

    async def at_rest() -> bool:
        handled = mysql("payment")("SELECT 1 FROM inbox WHERE message_id = %s", event.id)
        waiting = mysql("payment")("SELECT 1 FROM outbox WHERE message_id = %s", event.id)
        return bool(handled) and not waiting

    await eventually(at_rest, bool, timeout_s=40)


async def test_an_event_delivered_many_times_is_one_mail(
    channel: AbstractChannel, mailbox: httpx.AsyncClient, mysql: Schemas, paid: Event
) -> None:
    for _ in range(4):
        await publish(channel, paid)
    await settled(mysql, paid)
    await publish(channel, paid)
    later = Event()
    later.CopyFrom(paid)
    later.id = str(uuid.uuid4())
    await publish(channel, later)  # another event about the same order, as after an outbox that lost its memory
    await settled(mysql, later)
    (mail,) = await mails(mailbox, paid)
    assert mail["transmissions"] == 1
    assert (mail["to"], mail["order_id"]) == (paid.order_paid.customer_email, paid.order_paid.order.id)
    assert "Ada Lovelace" in mail["text"]
    assert "59.97 EUR" in mail["text"]


@pytest.mark.parametrize(
    "action",
    [
        {"kind": "reject", "code": 451},
        {"kind": "reject", "code": 550},
        {"kind": "drop"},
        {"kind": "drop", "when": "after"},
    ],
)
async def test_a_mail_server_that_fails_for_a_while_delays_the_mail_and_neither_loses_nor_doubles_it(
    channel: AbstractChannel, mailbox: httpx.AsyncClient, mysql: Schemas, paid: Event, action: dict[str, Any]
) -> None:
    rule = {"match": {"order_id": paid.order_paid.order.id}, "times": 4, "action": action}
    assert (await mailbox.post("/script", json={"rules": [rule]})).is_success
    await publish(channel, paid)
    await settled(mysql, paid)
    assert len(await mails(mailbox, paid)) == 1
    (row,) = mysql("notification")("SELECT state, attempts FROM confirmations WHERE order_id = %s", paid.order_paid.order.id)
    assert (row["state"], row["attempts"]) == ("SENT", 5)


@pytest.mark.parametrize("fault", ["bytes", "no id", "no order", "no address"])
async def test_what_cannot_be_handled_goes_to_the_dead_letter_queue_and_holds_nobody_up(
    channel: AbstractChannel, mailbox: httpx.AsyncClient, mysql: Schemas, paid: Event, fault: str
) -> None:
    broken = Event()
    broken.CopyFrom(paid)
    match fault:
        case "no id":
            broken.ClearField("id")
        case "no order":
            broken.order_paid.ClearField("order")
        case "no address":
            broken.order_paid.ClearField("customer_email")
    message_id = await straight(channel, b"\xff\xff not an event" if fault == "bytes" else broken.SerializeToString())
    await publish(channel, paid)
    await settled(mysql, paid)
    assert len(await mails(mailbox, paid)) == 1
    dead = await channel.get_queue(f"{QUEUE}.dead")

    async def look() -> bool:
        others, found = [], False
        while (message := await dead.get(fail=False)) is not None:
            if message.message_id == message_id:
                found = True
                await message.ack()
            else:
                others.append(message)
        for message in others:
            await message.nack(requeue=True)
        return found

    await eventually(look, bool)


async def test_events_of_other_kinds_are_none_of_ours(
    channel: AbstractChannel, mailbox: httpx.AsyncClient, mysql: Schemas, paid: Event
) -> None:
    other = Event(id=str(uuid.uuid4()), order_cancelled=OrderCancelled(order=paid.order_paid.order))
    message_id = await straight(channel, other.SerializeToString())
    await straight(channel, Event(id=str(uuid.uuid4())).SerializeToString())
    await publish(channel, paid)
    await settled(mysql, paid)
    assert len(await mails(mailbox, paid)) == 1
    assert not mysql("payment")("SELECT 1 FROM inbox WHERE message_id IN (%s, %s)", other.id, message_id)
