"""What contracts/amqp.toml declares is what the shop publishes: every message of an order's life.

A gateway and an order service work in a namespace, whose virtual host is tapped: nothing of the shop's code is asked.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
from shop.order.v1.order_pb2 import CancelOrderRequest, CompleteOrderRequest
from shop.order.v1.order_pb2_grpc import OrderServiceStub

from harness.contracts.amqp.broker import declared
from harness.contracts.amqp.tap import Tap, opened
from harness.contracts.amqp.verification import Bodies, verify
from harness.contracts.proto.sources import ProtoImage
from harness.stack.attach import AttachedStack
from harness.stack.namespaces import Namespace, running
from tests.integration.shop import Customer, authorise, eventually, key, order_of, service_channel

TTL_S = 4
EVENTS = {f"order.{what}" for what in ("reserved", "rejected", "paid", "cancelled", "expired")}


async def orders(
    stack: AttachedStack, gateway: str, order: str, provider: httpx.AsyncClient, user: Customer, product: str
) -> None:
    """One order is paid, one cancelled, one rejected, and one left to expire."""
    async with httpx.AsyncClient(base_url=f"http://{gateway}", timeout=30, trust_env=False) as client:

        async def place(quantity: int) -> dict[str, Any]:
            answer = await client.post("/orders", json=order_of(product, quantity), headers=user.headers | key())
            assert answer.status_code in (201, 409), answer.text
            return dict(answer.json())

        paid, cancelled, _left, _rejected = await asyncio.gather(place(1), place(2), place(3), place(1000))
    async with service_channel(stack, order) as channel:
        service = OrderServiceStub(channel)
        payment = await authorise(provider, paid)
        await service.CompleteOrder(CompleteOrderRequest(order_id=paid["id"], user_id=user.id, payment_id=payment), timeout=10)
        await service.CancelOrder(CancelOrderRequest(order_id=cancelled["id"], user_id=user.id), timeout=10)


async def test_the_shop_publishes_what_is_declared(
    stack: AttachedStack,
    namespace: Namespace,
    provider: httpx.AsyncClient,
    new_user: Callable[[], Awaitable[Customer]],
    new_product: Callable[..., Awaitable[str]],
) -> None:
    user, product = await new_user(), await new_product(stock=10)
    settings = {"RESERVATION_TTL_S": str(TTL_S)}
    with running(namespace, "order", overrides=settings) as order, running(namespace, "gateway") as gateway:
        async with opened(stack, namespace.amqp_url) as tap:
            await orders(stack, gateway.address("http"), order.address("grpc"), provider, user, product)

            async def published(tap: Tap = tap) -> set[str]:
                return {message.routing_key for message in tap.messages}

            await eventually(published, lambda keys: keys >= EVENTS, timeout_s=30)
    bodies = Bodies(ProtoImage(Path("proto")).read())
    assert list(verify(declared(Path("contracts/amqp.toml")), tap.messages, bodies)) == []
