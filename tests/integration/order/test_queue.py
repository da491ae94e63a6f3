"""The queue's own trouble: a command delivered twice, one that is no command, one that can never be an order."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aio_pika
import grpc
import pytest
from aio_pika.abc import AbstractChannel
from shop.events.v1.events_pb2 import PlaceOrder
from shop.order.v1.order_pb2 import AcceptOrderRequest, Address, OrderItem
from shop.order.v1.order_pb2_grpc import OrderServiceStub

from harness.stack.attach import AttachedStack
from tests.integration.order.test_order_flow import stock_of
from tests.integration.shop import ADDRESS, Customer, Rows, eventually

Users = Callable[[], Awaitable[Customer]]
Products = Callable[..., Awaitable[str]]
Schemas = Callable[[str], Rows]
QUEUE = "order.place"


@pytest.fixture
async def channel(stack: AttachedStack) -> AsyncIterator[AbstractChannel]:
    connection = await aio_pika.connect(stack.amqp_url)
    async with connection:
        yield await connection.channel()


def command(user: Customer, product: str, quantity: int = 1) -> PlaceOrder:
    return PlaceOrder(
        order_id=str(uuid.uuid4()),
        user_id=user.id,
        customer_email=user.email,
        idempotency_key=str(uuid.uuid4()),
        items=[OrderItem(product_id=product, quantity=quantity)],
        delivery_address=Address(**ADDRESS),
    )


async def send(channel: AbstractChannel, body: bytes) -> str:
    message_id = str(uuid.uuid4())
    await channel.default_exchange.publish(aio_pika.Message(body, message_id=message_id), QUEUE)
    return message_id


async def dead_letter(channel: AbstractChannel, message_id: str) -> bytes:
    """The body of the message of that id, once it is in the dead-letter queue; others are put back."""
    queue = await channel.get_queue(f"{QUEUE}.dead")

    async def look() -> bytes | None:
        found, others = None, []
        while (message := await queue.get(fail=False)) is not None:
            if message.message_id == message_id:
                await message.ack()
                found = message.body
            else:
                others.append(message)
        for message in others:
            await message.nack(requeue=True)
        return found

    body = await eventually(look, lambda found: found is not None)
    assert body is not None
    return body


async def test_a_command_delivered_twice_is_one_order(
    channel: AbstractChannel, new_user: Users, new_product: Products, mysql: Schemas
) -> None:
    user, product = await new_user(), await new_product(stock=10)
    wish = command(user, product, 3)
    for _ in range(5):
        await send(channel, wish.SerializeToString())

    async def statuses() -> list[str]:
        return [r["status"] for r in mysql("order")("SELECT status FROM orders WHERE id = %s", wish.order_id)]

    assert await eventually(statuses, lambda s: s == ["RESERVED"]) == ["RESERVED"]
    last = command(user, product, 1)  # the queue is in order: once this one is decided, the copies are too
    await send(channel, last.SerializeToString())

    async def decided() -> list[str]:
        return [r["status"] for r in mysql("order")("SELECT status FROM orders WHERE id = %s", last.order_id)]

    await eventually(decided, lambda s: s == ["RESERVED"])
    assert stock_of(mysql, product) == (6, 4, 0)


async def test_what_is_no_command_goes_to_the_dead_letter_queue_and_blocks_nobody(
    channel: AbstractChannel, new_user: Users, new_product: Products, mysql: Schemas
) -> None:
    user, product = await new_user(), await new_product(stock=10)
    poison = await send(channel, b"\xff\xfe not a protobuf message")
    negative = command(user, product, -5)
    never = await send(channel, negative.SerializeToString())
    good = command(user, product, 2)
    await send(channel, good.SerializeToString())

    assert await dead_letter(channel, poison) == b"\xff\xfe not a protobuf message"
    assert PlaceOrder.FromString(await dead_letter(channel, never)).items[0].quantity == -5

    async def status() -> list[str]:
        return [r["status"] for r in mysql("order")("SELECT status FROM orders WHERE id = %s", good.order_id)]

    await eventually(status, lambda s: s == ["RESERVED"])
    assert mysql("order")("SELECT id FROM orders WHERE id = %s", negative.order_id) == []
    assert stock_of(mysql, product) == (8, 2, 0)


async def test_a_command_that_breaks_the_handler_takes_nobody_with_it(
    channel: AbstractChannel, new_user: Users, new_product: Products, mysql: Schemas
) -> None:
    user, product = await new_user(), await new_product(stock=10)
    too_long = command(user, product)
    too_long.delivery_address.country = "a country's name where two letters fit"
    good = [command(user, product) for _ in range(3)]
    await send(channel, good[0].SerializeToString())
    broken = await send(channel, too_long.SerializeToString())
    for wish in good[1:]:
        await send(channel, wish.SerializeToString())

    assert PlaceOrder.FromString(await dead_letter(channel, broken)).order_id == too_long.order_id

    async def reserved() -> int:
        ids = tuple(wish.order_id for wish in good)
        return len(mysql("order")("SELECT id FROM orders WHERE id IN %s AND status = 'RESERVED'", ids))

    await eventually(reserved, lambda n: n == 3)
    assert stock_of(mysql, product) == (7, 3, 0)


async def test_an_order_accepted_ahead_of_its_command_is_decided_once(
    channel: AbstractChannel,
    new_user: Users,
    new_product: Products,
    mysql: Schemas,
    rpc: Callable[..., grpc.aio.Channel],
) -> None:
    user, product = await new_user(), await new_product(stock=10)
    wish = command(user, product, 4)
    body = wish.SerializeToString()
    for index in (1, 2, 1):
        stub: Any = OrderServiceStub(rpc("order", index))
        await stub.AcceptOrder(accepted(wish), timeout=5)
        await send(channel, body)

    async def status() -> list[str]:
        return [r["status"] for r in mysql("order")("SELECT status FROM orders WHERE id = %s", wish.order_id)]

    await eventually(status, lambda s: s == ["RESERVED"])
    assert stock_of(mysql, product) == (6, 4, 0)
    other = PlaceOrder.FromString(body)
    other.items[0].quantity = 5
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stub.AcceptOrder(accepted(other), timeout=5)
    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    never = PlaceOrder.FromString(body)
    never.items[0].quantity = -1
    with pytest.raises(grpc.aio.AioRpcError) as malformed:
        await stub.AcceptOrder(accepted(never), timeout=5)
    assert malformed.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def accepted(wish: PlaceOrder) -> AcceptOrderRequest:
    """The same content as AcceptOrderRequest carries it."""
    return AcceptOrderRequest(
        order_id=wish.order_id,
        user_id=wish.user_id,
        customer_email=wish.customer_email,
        idempotency_key=wish.idempotency_key,
        items=wish.items,
        delivery_address=wish.delivery_address,
    )
