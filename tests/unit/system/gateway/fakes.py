"""The shop behind the gateway, faked where the gateway's own code ends: stubs, the publisher, probes. No sockets."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from google.protobuf.timestamp_pb2 import Timestamp
from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from shop.common.v1.money_pb2 import Money
from shop.events.v1 import events_pb2
from shop.order.v1 import order_pb2
from shop.product.v1 import product_pb2
from shop.user.v1 import user_pb2

from system.common.errors import ShopError, Unauthenticated
from system.common.rpc_channel import Caller
from system.gateway.clients import Clients
from system.gateway.handlers import PlaceOrders
from system.gateway.ordering import Link, OrderDesk
from system.gateway.parts import Parts
from system.gateway.settings import GatewaySettings
from system.gateway.throttle import Throttle

ADA, ADMIN = "7f1c1c0e-53a4-4a57-8d43-1a8f0a4a2b11", "7f1c1c0e-53a4-4a57-8d43-1a8f0a4a2b12"
PRODUCT, CATEGORY = "5c0d9f2e-8a41-4a63-9a58-6d1f6d0c7e33", "3d9a7e8c-0b4e-4a0c-9c55-64a0c7b4b1a1"
ORDER = "0b2a6f0e-7d3e-5b63-9d0c-3f4f1f6a2a51"
EUR = Money(minor_units=1999, currency="EUR")
NOON = Timestamp(seconds=1795348800)
ADDRESS = {"recipient": "Ada", "street": "Main St 1", "city": "London", "postal_code": "N1", "country": "GB"}
WISH = {"items": [{"product_id": PRODUCT, "quantity": 2}], "delivery_address": ADDRESS}
AS_ADA, AS_ADMIN = {"Authorization": "Bearer ada"}, {"Authorization": "Bearer admin"}
IDENTITIES = {
    "ada": user_pb2.VerifyTokenResponse(user_id=ADA, email="ada@shop.example", role=user_pb2.ROLE_USER, version=1),
    "admin": user_pb2.VerifyTokenResponse(user_id=ADMIN, email="admin@shop.example", role=user_pb2.ROLE_ADMIN, version=1),
}


def account(identifier: str = ADA, role: "user_pb2.Role.ValueType" = user_pb2.ROLE_USER) -> user_pb2.User:
    """An account as the user service tells it."""
    return user_pb2.User(id=identifier, email="ada@shop.example", name="Ada", role=role, version=1, created_at=NOON)


def lamp() -> product_pb2.Product:
    """A product as the product service tells it."""
    return product_pb2.Product(
        id=PRODUCT,
        name="Lamp",
        price=EUR,
        category_id=CATEGORY,
        images=[product_pb2.Image(url="https://img.example/1.jpg", alt="a lamp")],
        created_at=NOON,
        updated_at=NOON,
    )


def order(status: "order_pb2.OrderStatus.ValueType" = order_pb2.ORDER_STATUS_RESERVED, **fields: Any) -> order_pb2.Order:
    """An order as the order service tells it."""
    values: dict[str, Any] = {
        "id": ORDER,
        "user_id": ADA,
        "items": [order_pb2.OrderItem(product_id=PRODUCT, name="Lamp", quantity=2, unit_price=EUR)],
        "total": Money(minor_units=3998, currency="EUR"),
        "delivery_address": order_pb2.Address(**ADDRESS),
        "created_at": NOON,
        "updated_at": NOON,
        "expires_at": NOON,
    }
    return order_pb2.Order(status=status, **(values | fields))


class Stub:
    """Answers every method from `answers` (a message, an error to raise, or a function of the request); records requests."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers
        self.calls: list[tuple[str, Any]] = []
        self.timeouts: list[float] = []

    def __getattr__(self, method: str) -> Any:
        async def call(request: Any, timeout: float, metadata: object = ()) -> Any:  # noqa: ASYNC109 - the signature of a stub's method
            self.calls.append((method, request))
            self.timeouts.append(timeout)
            answer = self.answers[method]
            answer = answer(request) if callable(answer) else answer
            if isinstance(answer, BaseException):
                raise answer
            return await answer if asyncio.iscoroutine(answer) else answer

        return call

    @property
    def methods(self) -> list[str]:
        """The methods called."""
        return [method for method, _ in self.calls]


def verify(request: user_pb2.VerifyTokenRequest) -> user_pb2.VerifyTokenResponse | ShopError:
    """The user service's judgement of a token."""
    return IDENTITIES.get(request.access_token) or Unauthenticated("this token is not valid", reason="TOKEN_INVALID")


Reply = Callable[[events_pb2.PlaceOrder], events_pb2.PlaceOrderReply | None]


def reserved(command: events_pb2.PlaceOrder) -> events_pb2.PlaceOrderReply:
    """The order service reserves whatever it is asked."""
    return events_pb2.PlaceOrderReply(order=order(id=command.order_id), outcome=events_pb2.PLACE_ORDER_OUTCOME_RESERVED)


@dataclass
class Broker:
    """A publisher whose other end answers with `reply` as soon as a command is confirmed.

    `hold` commands are gathered before the first of them is confirmed: who cannot have that many under way never gets on.
    """

    desk: OrderDesk
    reply: Reply = reserved
    error: ShopError | None = None
    hold: int = 1
    alive: bool = True
    commands: list[events_pb2.PlaceOrder] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    gathered: asyncio.Event = field(default_factory=asyncio.Event)

    async def publish(self, body: bytes, *, routing_key: str, message_id: str, reply_to: str | None = None) -> None:
        """Take a command."""
        command = events_pb2.PlaceOrder.FromString(body)
        self.commands.append(command)
        self.sent.append({"routing_key": routing_key, "message_id": message_id, "reply_to": reply_to})
        if len(self.commands) >= self.hold:
            self.gathered.set()
        await self.gathered.wait()
        if (reply := self.reply(command)) is not None:
            self.desk.answered(message_id, reply.SerializeToString())
        if self.error:
            raise self.error


_ADDRESSES = {f"{name}_addresses": "127.0.0.1:1" for name in ("user", "product", "order", "payment")}


@dataclass
class FakeShop:
    """Everything a test may look at or change behind one application."""

    settings: GatewaySettings
    users: Stub
    products: Stub
    orders: Stub
    desk: OrderDesk
    broker: Broker
    away: set[str]
    parts: Parts

    @property
    def writes(self) -> list[str]:
        """What was asked for beyond the judgement of a token: calls and commands."""
        called = itertools.chain(self.users.methods, self.products.methods, self.orders.methods)
        return [method for method in called if method != "VerifyToken"] + [c.order_id for c in self.broker.commands]


def fake_shop(**settings: Any) -> FakeShop:
    """A shop in which everything works."""
    fixed: dict[str, Any] = {"http_port": 0, "broker_url": "amqp://nowhere", "cache_url": "redis://nowhere", **_ADDRESSES}
    chosen = GatewaySettings(**(fixed | {"order_wait_s": 0.2} | settings))
    users, products, orders = Stub({"VerifyToken": verify}), Stub({}), Stub({})
    desk = OrderDesk(chosen.broker_url, "test", chosen.probe_timeout_s)
    away: set[str] = set()

    def probe(name: str) -> Any:
        async def alive() -> bool:
            return name not in away

        return alive

    clients = Clients(
        call=Caller(chosen),
        call_saga=Caller(chosen.model_copy(update={"call_timeout_s": chosen.saga_timeout_s})),
        users=cast(Any, users),
        products=cast(Any, products),
        orders=cast(Any, orders),
        health={},
    )
    limiter = MovingWindowRateLimiter(MemoryStorage())
    parts = Parts(
        settings=chosen,
        clients=clients,
        place_orders=PlaceOrders(desk, clients.accept_order, chosen.order_wait_s, chosen.order_accept_s),
        throttle=Throttle(parse(chosen.login_rate), parse(chosen.hash_rate), limiter, limiter),
        needed={"broker": probe("broker"), "user": probe("user")},
        wanted={"cache": probe("cache")},
    )
    broker = Broker(desk)
    return FakeShop(chosen, users, products, orders, desk, broker, away, parts)


def linked(shop: FakeShop) -> Any:
    """The desk's link to the fake broker, while the block runs."""

    async def alive() -> bool:
        return shop.broker.alive

    return shop.desk.using(Link(shop.broker, "replies", alive))
