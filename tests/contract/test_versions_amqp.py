"""The last release and this version by way of the queues: commands and events of one are handled by the other.

Each message also carries what a later version might add: a field, an enum value, an event of a kind that nobody knows yet.
"""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aio_pika
import httpx
import pytest
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractIncomingMessage
from aio_pika.exceptions import PublishError
from google.protobuf.json_format import ParseDict

from harness.contracts.versions.generated import FOREIGN_ENUM, foreign
from harness.contracts.versions.schema import Schema
from harness.stack.attach import AttachedStack
from harness.stack.namespaces import Namespace
from tests.contract import story
from tests.contract.conftest import Start
from tests.integration.conftest import admin, mailbox, new_product
from tests.integration.shop import eventually

__all__ = ["admin", "mailbox", "new_product"]

PLACE, EVENTS = "order.place", "shop.events"
DEAD = ("order.place.dead", "payment.order-events.dead")


@asynccontextmanager
async def talking(url: str) -> AsyncIterator[AbstractChannel]:
    async with await aio_pika.connect(url) as connection:
        yield await connection.channel(on_return_raises=True)


async def delivered(exchange: AbstractExchange, message: aio_pika.Message, key: str) -> None:
    """Publish a message; again while there is no queue for it, because a service is ready before it has declared its own."""

    async def published() -> bool:
        try:
            await exchange.publish(message, key)
        except PublishError:
            return False
        return True

    await eventually(published, bool)


async def dead(channel: AbstractChannel) -> int:
    """Messages that were refused for good."""
    found = [await channel.declare_queue(queue, passive=True) for queue in DEAD if queue]
    return sum(queue.declaration_result.message_count or 0 for queue in found)


async def placed(channel: AbstractChannel, schema: Schema, product: str) -> Any:
    """The reply to a command, both of this version, with a field that only a later version has."""
    wish = {
        "order_id": str(uuid.uuid4()),
        "user_id": str(uuid.uuid4()),
        "customer_email": "ada@shop.example",
        "idempotency_key": str(uuid.uuid4()),
        "items": [{"product_id": product, "quantity": 1}],
        "delivery_address": story.ADDRESS,
    }
    command = ParseDict(wish, schema.message_class("shop.events.v1.PlaceOrder")())
    body = command.SerializeToString() + foreign("a wish")
    queue = await channel.declare_queue(exclusive=True, auto_delete=True)
    message = aio_pika.Message(body, message_id=str(uuid.uuid4()), correlation_id="c", reply_to=queue.name)
    await delivered(channel.default_exchange, message, PLACE)

    async def heard() -> AbstractIncomingMessage | None:
        return await queue.get(no_ack=True, fail=False)

    answer = await eventually(heard, lambda found: found is not None)
    assert answer is not None
    return schema.message_class("shop.events.v1.PlaceOrderReply").FromString(answer.body)


def paid(schema: Schema) -> Any:
    """An event whose order has a field and a status of a later version."""
    order = {
        "id": str(uuid.uuid4()),
        "items": [{"product_id": "p", "name": "Lamp", "quantity": 1, "unit_price": story.EUR}],
        "total": story.EUR,
        "delivery_address": story.ADDRESS,
    }
    content = {"id": str(uuid.uuid4()), "order_paid": {"order": order, "customer_email": "ada@shop.example"}}
    event: Any = ParseDict(content, schema.message_class("shop.events.v1.Event")())
    event.order_paid.order.status = FOREIGN_ENUM
    event.order_paid.order.MergeFromString(foreign("a gift"))
    return event


async def mails_of(mailbox: httpx.AsyncClient, channel: AbstractChannel, event: Any) -> int:
    """How many mails an event leads to."""
    exchange = await channel.get_exchange(EVENTS)
    await delivered(exchange, aio_pika.Message(event.SerializeToString()), "order.paid")

    async def mails() -> list[Any]:
        return list((await mailbox.get("/messages", params={"order_id": event.order_paid.order.id})).json())

    return len(await eventually(mails, bool))


async def unheard_of(channel: AbstractChannel, schema: Schema) -> None:
    """An event whose kind nobody knows yet."""
    event = schema.message_class("shop.events.v1.Event")(id=str(uuid.uuid4()))
    exchange = await channel.get_exchange(EVENTS)
    await delivered(exchange, aio_pika.Message(event.SerializeToString() + foreign("shipped")), "order.paid")


@pytest.fixture
async def product(new_product: Any) -> str:
    return str(await new_product(stock=10))


async def test_old_producers_and_new_consumers(
    stack: AttachedStack, released: Schema, product: str, mailbox: httpx.AsyncClient
) -> None:
    async with talking(stack.amqp_url) as channel:
        before = await dead(channel)
        reply = await placed(channel, released, product)
        assert reply.outcome == 1, reply
        assert (reply.order.status, reply.order.items[0].name[:5]) == (2, "Thing")
        await unheard_of(channel, released)
        assert await mails_of(mailbox, channel, paid(released)) == 1
        assert await dead(channel) == before


async def test_new_producers_and_old_consumers(
    namespace: Namespace, current: Schema, product: str, mailbox: httpx.AsyncClient, start: Start
) -> None:
    start("order", "payment")
    async with talking(namespace.amqp_url) as channel:
        reply = await placed(channel, current, product)
        assert reply.outcome == 1, reply
        await unheard_of(channel, current)
        assert await mails_of(mailbox, channel, paid(current)) == 1
        assert await dead(channel) == 0
