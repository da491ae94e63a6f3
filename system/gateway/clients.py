"""The services behind the gateway: one balanced channel each, and the two ways of calling them."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import grpc
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from shop.order.v1.order_pb2 import AcceptOrderRequest, AcceptOrderResponse
from shop.order.v1.order_pb2_grpc import OrderServiceStub
from shop.payment.v1 import payment_pb2
from shop.product.v1.product_pb2_grpc import ProductServiceStub
from shop.user.v1.user_pb2_grpc import UserServiceStub

from system.common.rpc_channel import Caller, channel
from system.gateway.settings import GatewaySettings

if TYPE_CHECKING:  # these exist for type checkers only
    from shop.order.v1.order_pb2_grpc import OrderServiceAsyncStub
    from shop.product.v1.product_pb2_grpc import ProductServiceAsyncStub
    from shop.user.v1.user_pb2_grpc import UserServiceAsyncStub

USER, PRODUCT, ORDER = "shop.user.v1.UserService", "shop.product.v1.ProductService", "shop.order.v1.OrderService"
PAYMENT: str = payment_pb2.DESCRIPTOR.services_by_name["PaymentService"].full_name

Probe = Callable[[], Coroutine[None, None, bool]]
"""Says whether something serves; never raises, never takes longer than the probe timeout."""


@dataclass(frozen=True)
class Clients:
    """Stubs and callers. `call` has the usual deadline, `call_saga` the longer one of complete and cancel."""

    call: Caller
    call_saga: Caller
    users: "UserServiceAsyncStub"
    products: "ProductServiceAsyncStub"
    orders: "OrderServiceAsyncStub"
    health: Mapping[str, Probe]
    """Asks a callee's health service, by the callee's short name."""

    async def accept_order(self, request: AcceptOrderRequest) -> AcceptOrderResponse:
        """Have an order written down that is still in the queue."""
        return await self.call(self.orders.AcceptOrder, request)


def probe(opened: grpc.aio.Channel, service: str, timeout_s: float) -> Probe:
    """Ask whatever instance the channel picks whether its service is ready; one of before 0.2 whether it serves at all."""
    check = opened.unary_unary(
        "/grpc.health.v1.Health/Check",
        request_serializer=HealthCheckRequest.SerializeToString,
        response_deserializer=HealthCheckResponse.FromString,
    )

    async def serving() -> bool:
        with suppress(grpc.aio.AioRpcError):
            ready = await status_of(service)
            return bool(await status_of("") if ready is None else ready)
        return False

    async def status_of(name: str) -> bool | None:
        try:
            answer = await check(HealthCheckRequest(service=name), timeout=timeout_s)
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                return None
            raise
        return bool(answer.status == HealthCheckResponse.SERVING)

    return serving


def remembered(ask: Probe, for_s: float, clock: Callable[[], float] = time.monotonic) -> Probe:
    """Ask at most once within `for_s` seconds, for all who want to know then."""
    asked: asyncio.Task[bool] | None = None
    until = clock()

    async def serving() -> bool:
        nonlocal asked, until
        if asked is None or (asked.done() and clock() >= until):
            asked = asyncio.ensure_future(ask())
            until = clock() + for_s
        return await asyncio.shield(asked)

    return serving


@asynccontextmanager
async def open_clients(settings: GatewaySettings) -> AsyncIterator[Clients]:
    """Channels to every service; they connect when first used, or again when they were cut."""
    addresses = {
        USER: settings.user_addresses,
        PRODUCT: settings.product_addresses,
        ORDER: settings.order_addresses,
        PAYMENT: settings.payment_addresses,
    }
    async with AsyncExitStack() as stack:
        channels = {name: await stack.enter_async_context(channel(hosts, name)) for name, hosts in addresses.items()}
        yield Clients(
            call=Caller(settings),
            call_saga=Caller(settings.model_copy(update={"call_timeout_s": settings.saga_timeout_s})),
            users=UserServiceStub(channels[USER]),
            products=ProductServiceStub(channels[PRODUCT]),
            orders=OrderServiceStub(channels[ORDER]),
            health={name.split(".")[1]: probe(opened, name, settings.probe_timeout_s) for name, opened in channels.items()},
        )
