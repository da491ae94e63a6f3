"""The composition root of the payment service: `python -m system.payment`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from opentelemetry import trace
from shop.notification.v1.notification_pb2 import SendOrderConfirmationRequest
from shop.notification.v1.notification_pb2_grpc import NotificationServiceStub
from shop.payment.v1.payment_pb2_grpc import add_PaymentServiceServicer_to_server

from system.common import broker, database, inbox
from system.common.consumer import BatchConsumer
from system.common.outbox import Outbox, Outgoing
from system.common.queues import ORDER_EVENTS
from system.common.retention import Past, Retention
from system.common.rpc_channel import Caller, channel
from system.common.rpc_server import Servicer
from system.common.service import Composition, run
from system.common.telemetry import continue_trace
from system.payment.clients import NOTIFICATION, Notifier, ProviderClient, http_client
from system.payment.consumers import CONFIRMATION, OrderEvents
from system.payment.handlers import Payments
from system.payment.rpc import PaymentRpc
from system.payment.settings import PaymentSettings
from system.payment.store import PaymentStore

BATCH = 50
PAST = (Past(inbox.TABLE, inbox.TABLE.c.message_id, inbox.TABLE.c.handled_at),)


@asynccontextmanager
async def compose(settings: PaymentSettings) -> AsyncIterator[Composition]:
    """Open what the service needs and put it together."""
    async with (
        database.connect(settings) as db,
        http_client(settings.provider_url, settings.provider_attempt_s) as http,
        channel(settings.notification_addresses, NOTIFICATION) as notification,
    ):
        notifier = Notifier(NotificationServiceStub(notification), Caller(settings))
        payments = Payments(db, PaymentStore(), ProviderClient(http, timeout_s=settings.call_timeout_s))
        topics = {CONFIRMATION: (SendOrderConfirmationRequest, notifier.send_order_confirmation)}

        async def deliver(message: Outgoing) -> None:
            request, call = topics[message.topic]
            with trace.use_span(continue_trace(message.headers, message.topic), end_on_exit=True):
                await call(request.FromString(message.payload))

        outbox = Outbox(db, deliver, name="payment")
        events = OrderEvents(db, outbox)

        async def consume(stop: asyncio.Event) -> None:
            # Connected within the loop: money can be taken and given back while the broker is away.
            async with broker.connect(settings.broker_url, settings.instance) as connection:
                await BatchConsumer(connection, ORDER_EVENTS, events, batch=BATCH).loop(stop)

        yield Composition(
            servicers=[Servicer(add_PaymentServiceServicer_to_server, PaymentRpc(payments), "shop.payment.v1.PaymentService")],
            loops=[consume, outbox.loop, Retention(db, PAST, keep_s=settings.retention_s).loop],
            needs=[db.ping],
        )


if __name__ == "__main__":
    run("payment", PaymentSettings.parse(), compose)
