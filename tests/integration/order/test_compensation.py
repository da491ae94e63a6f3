"""Every step of a saga that can be refused, refused for real: what was done before is undone, and the books agree."""

from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import httpx
from shop.product.v1.product_pb2 import ReleaseReservationsRequest
from shop.product.v1.product_pb2_grpc import ProductServiceStub

from tests.integration.order.test_order_flow import place, stock_of
from tests.integration.shop import ADDRESS, Customer, Rows, authorise, eventually, key

Users = Callable[[], Awaitable[Customer]]
Products = Callable[..., Awaitable[str]]
Schemas = Callable[[str], Rows]


def steps_of(mysql: Schemas, order_id: str, kind: str) -> list[tuple[str, str, str]]:
    rows = mysql("order")(
        "SELECT step, direction, outcome FROM saga_steps WHERE saga_id IN"
        " (SELECT id FROM sagas WHERE subject = %s AND kind = %s) ORDER BY id",
        order_id,
        kind,
    )
    return [(r["step"], r["direction"], r["outcome"]) for r in rows]


async def test_reserve_refused_for_one_line_reserves_none(
    gateway: httpx.AsyncClient, new_user: Users, new_product: Products, mysql: Schemas
) -> None:
    user, plenty, scarce = await new_user(), await new_product(stock=10), await new_product(stock=1)
    items = [{"product_id": plenty, "quantity": 2}, {"product_id": scarce, "quantity": 2}]
    refused = await gateway.post("/orders", json={"items": items, "delivery_address": ADDRESS}, headers=user.headers | key())
    assert (refused.status_code, refused.json()["code"]) == (409, "OUT_OF_STOCK")
    assert (stock_of(mysql, plenty), stock_of(mysql, scarce)) == ((10, 0, 0), (1, 0, 0))
    order_id = refused.json()["order_id"]
    assert steps_of(mysql, order_id, "place") == [("reserve_stock", "do", "OUT_OF_STOCK")]
    read = await gateway.get(f"/orders/{order_id}", headers=user.headers)
    assert (read.json()["status"], read.json()["reason"]) == ("REJECTED", "OUT_OF_STOCK")


async def test_reserved_in_two_currencies_is_released_again(
    gateway: httpx.AsyncClient, new_user: Users, new_product: Products, mysql: Schemas
) -> None:
    user, euro, dollar = await new_user(), await new_product(stock=3), await new_product(stock=3, currency="USD")
    items = [{"product_id": euro, "quantity": 1}, {"product_id": dollar, "quantity": 1}]
    refused = await gateway.post("/orders", json={"items": items, "delivery_address": ADDRESS}, headers=user.headers | key())
    assert (refused.status_code, refused.json()["code"]) == (409, "MIXED_CURRENCIES")
    assert (stock_of(mysql, euro), stock_of(mysql, dollar)) == ((3, 0, 0), (3, 0, 0))
    steps = steps_of(mysql, refused.json()["order_id"], "place")
    assert steps == [("reserve_stock", "do", "MIXED_CURRENCIES"), ("reserve_stock", "undo", "done")]


async def test_capture_refused_leaves_the_order_to_be_paid_otherwise(
    gateway: httpx.AsyncClient, provider: httpx.AsyncClient, new_user: Users, new_product: Products, mysql: Schemas
) -> None:
    user, product = await new_user(), await new_product(stock=4, price=500)
    order = await place(gateway, user, product, 2)
    complete = f"/orders/{order['id']}/complete"

    async def pay(payment: str) -> httpx.Response:
        return await gateway.post(complete, json={"payment_id": payment}, headers=user.headers)

    declined = await pay(await authorise(provider, order, method="card_declined"))
    assert (declined.status_code, declined.json()["code"]) == (402, "CARD_DECLINED")
    told = (await gateway.get(f"/orders/{order['id']}", headers=user.headers)).json()
    assert told["status"] == "RESERVED"
    assert (told["last_payment"]["outcome"], told["last_payment"]["reason"]) == ("DECLINED", "CARD_DECLINED")
    cheap = await pay(await authorise(provider, order, amount={"minor_units": 1, "currency": "EUR"}))
    assert (cheap.status_code, cheap.json()["code"]) == (402, "AMOUNT_MISMATCH")
    unknown = await pay("pay_0000000000000000")
    assert (unknown.status_code, unknown.json()["code"]) == (402, "PAYMENT_NOT_FOUND")
    assert stock_of(mysql, product) == (2, 2, 0)
    assert [s[0] for s in steps_of(mysql, order["id"], "complete")] == ["capture_payment"] * 3

    good = await pay(await authorise(provider, order))
    assert (good.status_code, good.json()["status"]) == (200, "PAID")
    assert stock_of(mysql, product) == (2, 0, 2)


async def test_confirm_refused_refunds_the_capture_and_cancels(
    gateway: httpx.AsyncClient,
    provider: httpx.AsyncClient,
    new_user: Users,
    new_product: Products,
    mysql: Schemas,
    rpc: Callable[..., grpc.aio.Channel],
) -> None:
    user, product = await new_user(), await new_product(stock=4)
    order = await place(gateway, user, product)
    stub: Any = ProductServiceStub(rpc("product"))
    await stub.ReleaseReservations(ReleaseReservationsRequest(order_ids=[order["id"]]), timeout=5)

    payment = await authorise(provider, order)
    lost = await gateway.post(f"/orders/{order['id']}/complete", json={"payment_id": payment}, headers=user.headers)
    assert (lost.status_code, lost.json()["code"]) == (409, "STOCK_LOST")
    assert steps_of(mysql, order["id"], "complete") == [
        ("capture_payment", "do", "done"),
        ("confirm_stock", "do", "STOCK_LOST"),
        ("capture_payment", "undo", "done"),
    ]
    ledger = (await provider.get("/ledger", params={"reference": order["id"]})).json()["entries"]
    assert [e["kind"] for e in ledger] == ["authorize", "capture", "refund"]
    read = (await gateway.get(f"/orders/{order['id']}", headers=user.headers)).json()
    assert (read["status"], read["reason"], read["payment_id"]) == ("CANCELLED", "STOCK_LOST", None)
    assert stock_of(mysql, product) == (4, 0, 0)


async def test_a_provider_that_fails_for_a_while_is_asked_again_and_charges_once(
    gateway: httpx.AsyncClient, provider: httpx.AsyncClient, new_user: Users, new_product: Products
) -> None:
    user, product = await new_user(), await new_product()
    order = await place(gateway, user, product)
    payment = await authorise(provider, order)
    rules = [
        {"operation": "capture", "match": {"payment_id": payment}, "times": 2, "action": {"kind": "fail", "status": 503}},
        {"operation": "capture", "match": {"payment_id": payment}, "times": 1, "action": {"kind": "drop", "when": "after"}},
    ]
    assert (await provider.post("/script", json={"rules": rules})).is_success

    async def status() -> str:
        return str((await gateway.get(f"/orders/{order['id']}", headers=user.headers)).json()["status"])

    answer = await gateway.post(f"/orders/{order['id']}/complete", json={"payment_id": payment}, headers=user.headers)
    assert answer.status_code in (200, 202), answer.text
    await eventually(status, lambda s: s == "PAID")
    ledger = (await provider.get("/ledger", params={"reference": order["id"]})).json()["entries"]
    assert [e["kind"] for e in ledger] == ["authorize", "capture"]
