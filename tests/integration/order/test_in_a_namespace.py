"""An order service of a test's own on the servers that all tests share: it sees its own queue and rows, and no others.

It numbers its fencing tokens by itself, so a product is its own or the shop's: the product service refuses the lower numbers.
"""

import uuid
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import aio_pika
import pymysql
from aio_pika.exceptions import DeliveryError
from shop.events.v1.events_pb2 import PlaceOrder
from shop.order.v1.order_pb2 import Address, GetOrderRequest, OrderItem
from shop.order.v1.order_pb2_grpc import OrderServiceStub

from harness.stack.attach import AttachedStack
from harness.stack.namespaces import Namespace, running
from tests.integration.order.test_order_flow import stock_of
from tests.integration.shop import ADDRESS, Customer, Rows, eventually, service_channel

QUEUE = "order.place"


def command(user: Customer, product: str, quantity: int) -> PlaceOrder:
    return PlaceOrder(
        order_id=str(uuid.uuid4()),
        user_id=user.id,
        customer_email=user.email,
        idempotency_key=str(uuid.uuid4()),
        items=[OrderItem(product_id=product, quantity=quantity)],
        delivery_address=Address(**ADDRESS),
    )


async def place(url: str, wishes: Sequence[PlaceOrder]) -> None:
    """Each gets into the queue, also when the service that declares it has only just started."""
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel(on_return_raises=True)
        for wish in wishes:
            message = aio_pika.Message(wish.SerializeToString(), message_id=str(uuid.uuid4()))

            async def routed(message: aio_pika.Message = message) -> bool:
                try:
                    await channel.default_exchange.publish(message, QUEUE)
                except DeliveryError:
                    return False
                return True

            await eventually(routed, bool)


def orders_in(namespace: Namespace) -> set[str]:
    access = namespace.mysql("order")
    with (
        pymysql.connect(
            host=access.host, port=access.port, user=access.user, password=access.password, database=access.schema
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT id FROM orders WHERE status = 'RESERVED'")
        return {row[0] for row in cursor.fetchall()}


async def test_it_takes_its_own_orders_and_reserves_at_the_shops_product_service(
    stack: AttachedStack,
    namespace: Namespace,
    new_user: Callable[[], Awaitable[Customer]],
    new_product: Callable[..., Awaitable[str]],
    mysql: Callable[[str], Rows],
) -> None:
    user, our_product, their_product = await new_user(), await new_product(stock=10), await new_product(stock=10)
    ours = [command(user, our_product, 2) for _ in range(3)]
    theirs = [command(user, their_product, 1) for _ in range(3)]
    with running(namespace, "order") as order:
        await place(namespace.amqp_url, ours)
        await place(stack.amqp_url, theirs)

        async def decided() -> tuple[set[str], set[str]]:
            rows = mysql("order")("SELECT id FROM orders WHERE user_id = %s AND status = 'RESERVED'", user.id)
            return orders_in(namespace), {row["id"] for row in rows}

        expected = {wish.order_id for wish in ours}, {wish.order_id for wish in theirs}
        assert await eventually(decided, lambda found: sum(map(len, found)) >= 6) == expected
        assert [stock_of(mysql, product) for product in (our_product, their_product)] == [(4, 6, 0), (7, 3, 0)]
        async with service_channel(namespace.stack, order.address("grpc")) as channel:
            found = await OrderServiceStub(channel).GetOrder(GetOrderRequest(order_id=ours[0].order_id, user_id=user.id))
            assert found.order.id == ours[0].order_id
    assert "Traceback" not in order.log.read_text()


async def test_a_new_broker_keeps_what_order_publishes_before_payment_has_ever_reached_it(namespace: Namespace) -> None:
    with running(namespace, "order"):
        async with await aio_pika.connect(namespace.amqp_url) as connection:
            channel = await connection.channel(on_return_raises=True)

            async def kept() -> int:
                exchange = await channel.declare_exchange("shop.events", aio_pika.ExchangeType.TOPIC, durable=True)
                with suppress(DeliveryError):
                    await exchange.publish(aio_pika.Message(b"event"), "order.paid", mandatory=True)
                    return 1
                return 0

            assert await eventually(kept, bool)
            queue = await channel.get_queue("payment.order-events")
            message = await queue.get()
            assert message.body == b"event"
            await message.ack()
