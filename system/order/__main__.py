"""The composition root of the order service: `python -m system.order`."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from shop.order.v1.order_pb2_grpc import add_OrderServiceServicer_to_server
from shop.payment.v1.payment_pb2_grpc import PaymentServiceStub
from shop.product.v1.product_pb2_grpc import ProductServiceStub

from system.common import database
from system.common.broker_link import BrokerLink
from system.common.outbox import Outbox, Outgoing
from system.common.queues import ORDER_EVENTS, ORDER_PLACE
from system.common.redlock import Redlock, RedlockSettings, masters
from system.common.retention import Past, Retention
from system.common.rpc_channel import Caller, channel
from system.common.rpc_server import Servicer
from system.common.saga_engine import SagaEngine
from system.common.saga_store import SAGAS, STEP_LOG
from system.common.service import Composition, run
from system.order import store
from system.order.clients import PAYMENT_SERVICE, PRODUCT_SERVICE, Payments, Stock
from system.order.consumers import PlaceOrderConsumer
from system.order.handlers import OrderHandlers
from system.order.rpc import OrderRpc
from system.order.sagas import OrderSagas
from system.order.settings import OrderSettings
from system.order.tables import FENCING_TOKENS

PAST = (
    Past(SAGAS, SAGAS.c.id, SAGAS.c.updated_at, SAGAS.c.active.is_(None)),
    Past(STEP_LOG, STEP_LOG.c.id, STEP_LOG.c.at),
    Past(FENCING_TOKENS, FENCING_TOKENS.c.token, FENCING_TOKENS.c.drawn_at),
)


@asynccontextmanager
async def compose(settings: OrderSettings) -> AsyncIterator[Composition]:
    """Open what the service needs and put it together."""
    lock_settings = RedlockSettings(ttl_s=settings.lock_ttl_s, wait_s=settings.lock_wait_s)
    lock_urls = (settings.lock_url_1, settings.lock_url_2, settings.lock_url_3)
    async with (
        database.connect(settings) as db,
        masters(lock_urls, lock_settings) as redis,
        channel(settings.product_addresses, PRODUCT_SERVICE) as product,
        channel(settings.payment_addresses, PAYMENT_SERVICE) as payment,
    ):
        link = BrokerLink(settings.broker_url, settings.instance, (ORDER_EVENTS,))

        async def draw(resources: Sequence[str], holder: str) -> int:
            return await db.run(lambda tx: store.draw_token(tx, resources, holder))

        async def publish(message: Outgoing) -> None:
            await link.publish_event(
                message.payload, topic=message.topic, message_id=message.message_id, headers=message.headers
            )

        call = Caller(settings)
        outbox = Outbox(db, publish, name="order")
        sagas = OrderSagas(
            db,
            Redlock(redis, draw, lock_settings, holder=settings.instance),
            Stock(ProductServiceStub(product), call),
            Payments(PaymentServiceStub(payment), call),
            outbox,
            reservation_ttl_s=settings.reservation_ttl_s,
        )
        engine = SagaEngine(db, sagas.definitions(), instance=settings.instance, lease_s=settings.saga_lease_s)
        handlers = OrderHandlers(db, engine, settings)
        place = PlaceOrderConsumer(handlers)

        async def consume(stop: asyncio.Event) -> None:
            await link.loop(ORDER_PLACE, place, settings.batch_size, stop)

        retention = Retention(db, PAST, keep_s=settings.retention_s)
        yield Composition(
            servicers=[Servicer(add_OrderServiceServicer_to_server, OrderRpc(handlers), "shop.order.v1.OrderService")],
            loops=[consume, engine.loop, engine.watch, handlers.expire, outbox.loop, retention.loop],
            needs=[db.ping],
            finish=handlers.finish,
        )


if __name__ == "__main__":
    run("order", OrderSettings.parse(), compose)
