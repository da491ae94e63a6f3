"""A service that is newer than this gateway answers with enum values that it does not know: 503, and the next one may know."""

import httpx
import pytest
from shop.events.v1 import events_pb2
from shop.order.v1 import order_pb2
from shop.user.v1 import user_pb2

from tests.unit.system.gateway.fakes import AS_ADA, ORDER, WISH, FakeShop, account, order

NEWER = 99


@pytest.mark.parametrize("path", [f"/orders/{ORDER}", "/orders"])
async def test_an_order_in_a_status_of_a_newer_version(shop: FakeShop, client: httpx.AsyncClient, path: str) -> None:
    newer = order(NEWER)  # type: ignore[arg-type]  # proto3 carries any number
    shop.orders.answers["GetOrder"] = order_pb2.GetOrderResponse(order=newer)
    shop.orders.answers["ListOrders"] = order_pb2.ListOrdersResponse(orders=[newer])
    answer = await client.get(path, headers=AS_ADA)
    assert answer.status_code == 503, answer.text
    assert answer.headers["retry-after"]


async def test_an_account_with_a_role_of_a_newer_version(shop: FakeShop, client: httpx.AsyncClient) -> None:
    newer = account(role=NEWER)  # type: ignore[arg-type]  # proto3 carries any number
    shop.users.answers["GetUser"] = user_pb2.GetUserResponse(user=newer)
    answer = await client.get("/users/me", headers=AS_ADA)
    assert answer.status_code == 503, answer.text


async def test_a_reply_with_a_status_of_a_newer_version(shop: FakeShop, client: httpx.AsyncClient) -> None:
    def newer(command: events_pb2.PlaceOrder) -> events_pb2.PlaceOrderReply:
        told = order(NEWER, id=command.order_id)  # type: ignore[arg-type]  # proto3 carries any number
        return events_pb2.PlaceOrderReply(order=told, outcome=events_pb2.PLACE_ORDER_OUTCOME_RESERVED)

    shop.broker.reply = newer
    answer = await client.post("/orders", json=WISH, headers=AS_ADA | {"Idempotency-Key": "key-1"})
    assert answer.status_code == 503, answer.text


async def test_a_reply_with_an_outcome_of_a_newer_version_is_not_decided_here(
    shop: FakeShop, client: httpx.AsyncClient
) -> None:
    def newer(command: events_pb2.PlaceOrder) -> events_pb2.PlaceOrderReply:
        return events_pb2.PlaceOrderReply(order=order(id=command.order_id), outcome=NEWER)  # type: ignore[arg-type]  # as above

    shop.broker.reply = newer
    answer = await client.post("/orders", json=WISH, headers=AS_ADA | {"Idempotency-Key": "key-1"})
    assert answer.status_code == 202, answer.text
