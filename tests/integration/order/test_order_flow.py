"""An order's life through REST, on the whole shop: what the customer sees and what the books say."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from tests.integration.shop import ADDRESS, Customer, Rows, authorise, eventually, key, order_of

Users = Callable[[], Awaitable[Customer]]
Products = Callable[..., Awaitable[str]]
Schemas = Callable[[str], Rows]


async def place(gateway: httpx.AsyncClient, user: Customer, product: str, quantity: int = 1) -> dict[str, Any]:
    answer = await gateway.post("/orders", json=order_of(product, quantity), headers=user.headers | key())
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def stock_of(mysql: Schemas, product: str) -> tuple[int, int, int]:
    (row,) = mysql("product")("SELECT available, reserved, sold FROM stock WHERE product_id = %s", product)
    return row["available"], row["reserved"], row["sold"]


async def test_placed_paid_mailed(
    gateway: httpx.AsyncClient,
    provider: httpx.AsyncClient,
    mailbox: httpx.AsyncClient,
    new_user: Users,
    new_product: Products,
    mysql: Schemas,
) -> None:
    user, product = await new_user(), await new_product(stock=10, price=1999)

    placed = await gateway.post("/orders", json=order_of(product, 3), headers=user.headers | key())
    assert placed.status_code == 201, placed.text
    order = placed.json()
    assert placed.headers["Location"] == f"/orders/{order['id']}"
    assert (order["status"], order["total"]) == ("RESERVED", {"minor_units": 5997, "currency": "EUR"})
    assert order["delivery_address"] == ADDRESS
    assert stock_of(mysql, product) == (7, 3, 0)

    payment = await authorise(provider, order)
    paid = await gateway.post(f"/orders/{order['id']}/complete", json={"payment_id": payment}, headers=user.headers)
    assert paid.status_code == 200, paid.text
    assert (paid.json()["status"], paid.json()["payment_id"]) == ("PAID", payment)
    assert stock_of(mysql, product) == (7, 0, 3)

    ledger = (await provider.get("/ledger", params={"reference": order["id"]})).json()["entries"]
    assert [(e["kind"], e["amount"]["minor_units"]) for e in ledger] == [("authorize", 5997), ("capture", 5997)]

    async def mails() -> list[dict[str, Any]]:
        return list((await mailbox.get("/messages", params={"to": user.email})).json())

    (mail,) = await eventually(mails, bool)
    assert re.search(r"59[.,]97", mail["text"]), mail["text"]

    again = await gateway.post(f"/orders/{order['id']}/complete", json={"payment_id": payment}, headers=user.headers)
    assert (again.status_code, again.json()["status"]) == (200, "PAID"), "a second complete must change nothing"
    assert stock_of(mysql, product) == (7, 0, 3)
    other = await authorise(provider, order)
    double = await gateway.post(f"/orders/{order['id']}/complete", json={"payment_id": other}, headers=user.headers)
    assert (double.status_code, double.json()["code"]) == (409, "ORDER_ALREADY_PAID")
    assert len(await mails()) == 1


async def test_what_can_be_reserved_can_be_paid_and_a_higher_total_is_refused_at_once(
    gateway: httpx.AsyncClient, provider: httpx.AsyncClient, new_user: Users, new_product: Products, mysql: Schemas
) -> None:
    user, dear = await new_user(), [await new_product(stock=2000, price=10**11) for _ in range(11)]

    async def ordered(products: list[str]) -> httpx.Response:
        items = [{"product_id": product, "quantity": 1000} for product in products]
        return await gateway.post("/orders", json={"items": items, "delivery_address": ADDRESS}, headers=user.headers | key())

    refused = await ordered(dear)
    assert (refused.status_code, refused.json()["code"]) == (409, "TOTAL_TOO_HIGH")
    assert stock_of(mysql, dear[0]) == (2000, 0, 0)
    placed = await ordered(dear[:10])
    assert (placed.status_code, placed.json()["total"]["minor_units"]) == (201, 10**15), placed.text
    payment = await authorise(provider, placed.json())
    paid = await gateway.post(f"/orders/{placed.json()['id']}/complete", json={"payment_id": payment}, headers=user.headers)
    assert (paid.status_code, paid.json()["status"]) == (200, "PAID"), paid.text


async def test_sold_out_is_a_409_that_stays(
    gateway: httpx.AsyncClient, new_user: Users, new_product: Products, mysql: Schemas, admin: dict[str, str]
) -> None:
    user, product, once = await new_user(), await new_product(stock=1), key()
    refused = await gateway.post("/orders", json=order_of(product, 2), headers=user.headers | once)
    assert (refused.status_code, refused.json()["code"]) == (409, "OUT_OF_STOCK")
    assert refused.headers["content-type"] == "application/problem+json"
    await gateway.put(f"/products/{product}/stock", json={"available": 10}, headers=admin)
    again = await gateway.post("/orders", json=order_of(product, 2), headers=user.headers | once)
    assert (again.status_code, again.json()["order_id"]) == (409, refused.json()["order_id"]), "one key, one answer"
    assert stock_of(mysql, product) == (10, 0, 0)


async def test_one_key_is_one_order_however_often_and_wherever_it_is_sent(
    gateway: httpx.AsyncClient, new_user: Users, new_product: Products, mysql: Schemas
) -> None:
    user, product, once = await new_user(), await new_product(stock=10), key()

    async def send() -> httpx.Response:
        return await gateway.post("/orders", json=order_of(product, 2), headers=user.headers | once)

    answers = await asyncio.gather(*(send() for _ in range(12)))
    assert {a.status_code for a in answers} <= {201, 202}
    assert len({a.json()["id"] for a in answers}) == 1
    settled = await send()
    assert (settled.status_code, settled.json()["status"]) == (201, "RESERVED")
    assert stock_of(mysql, product) == (8, 2, 0)

    reused = await gateway.post("/orders", json=order_of(product, 3), headers=user.headers | once)
    assert (reused.status_code, reused.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert stock_of(mysql, product) == (8, 2, 0)


async def test_the_same_key_of_two_users_is_two_orders(
    gateway: httpx.AsyncClient, new_user: Users, new_product: Products
) -> None:
    product, once = await new_product(), key()
    ids = set()
    for user in (await new_user(), await new_user()):
        answer = await gateway.post("/orders", json=order_of(product), headers=user.headers | once)
        assert answer.status_code == 201, answer.text
        ids.add(answer.json()["id"])
    assert len(ids) == 2


async def test_cancel_gives_the_stock_back_once(
    gateway: httpx.AsyncClient, provider: httpx.AsyncClient, new_user: Users, new_product: Products, mysql: Schemas
) -> None:
    user, product = await new_user(), await new_product(stock=5)
    order = await place(gateway, user, product, 2)
    for _ in range(2):
        cancelled = await gateway.post(f"/orders/{order['id']}/cancel", headers=user.headers)
        assert (cancelled.status_code, cancelled.json()["status"]) == (200, "CANCELLED"), cancelled.text
        assert stock_of(mysql, product) == (5, 0, 0)
    payment = await authorise(provider, order)
    late = await gateway.post(f"/orders/{order['id']}/complete", json={"payment_id": payment}, headers=user.headers)
    assert (late.status_code, late.json()["code"]) == (409, "ORDER_CANCELLED")
    ledger = (await provider.get("/ledger", params={"reference": order["id"]})).json()["entries"]
    assert [e["kind"] for e in ledger] == ["authorize"]


async def test_a_paid_order_cannot_be_called_off(
    gateway: httpx.AsyncClient, provider: httpx.AsyncClient, new_user: Users, new_product: Products, mysql: Schemas
) -> None:
    user, product = await new_user(), await new_product(stock=5)
    order = await place(gateway, user, product)
    payment = await authorise(provider, order)
    await gateway.post(f"/orders/{order['id']}/complete", json={"payment_id": payment}, headers=user.headers)
    refused = await gateway.post(f"/orders/{order['id']}/cancel", headers=user.headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "ORDER_PAID")
    assert stock_of(mysql, product) == (4, 0, 1)


async def test_an_unpaid_order_expires_and_cannot_be_paid_afterwards(
    gateway: httpx.AsyncClient, provider: httpx.AsyncClient, new_user: Users, new_product: Products, mysql: Schemas
) -> None:
    user, product = await new_user(), await new_product(stock=5)
    order = await place(gateway, user, product, 5)
    payment = await authorise(provider, order)
    mysql("order")("UPDATE orders SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE id = %s", order["id"])

    async def status() -> str:
        return str((await gateway.get(f"/orders/{order['id']}", headers=user.headers)).json()["status"])

    await eventually(status, lambda s: s == "EXPIRED")
    assert stock_of(mysql, product) == (5, 0, 0)
    late = await gateway.post(f"/orders/{order['id']}/complete", json={"payment_id": payment}, headers=user.headers)
    assert (late.status_code, late.json()["code"]) == (409, "ORDER_EXPIRED")
    assert (await provider.get(f"/v1/payments/{payment}")).json()["status"] == "authorized"


async def test_a_payment_that_began_in_time_is_joined_by_its_repetition_when_the_time_is_over(
    gateway: httpx.AsyncClient, provider: httpx.AsyncClient, new_user: Users, new_product: Products, mysql: Schemas
) -> None:
    """The first answer is lost; the second must not say that the order expired, for it is being paid."""
    user, product = await new_user(), await new_product(stock=5)
    order = await place(gateway, user, product)
    payment = await authorise(provider, order)
    slow = {"operation": "capture", "match": {"payment_id": payment}, "times": 1}
    slow["action"] = {"kind": "delay", "ms": 3000, "when": "before"}
    (await provider.post("/script", json={"rules": [slow]})).raise_for_status()

    async def complete() -> httpx.Response:
        return await gateway.post(f"/orders/{order['id']}/complete", json={"payment_id": payment}, headers=user.headers)

    async def begun() -> int:
        return len(mysql("order")("SELECT id FROM sagas WHERE subject = %s AND kind = 'complete'", order["id"]))

    try:
        first = asyncio.create_task(complete())
        await eventually(begun, bool)
        mysql("order")("UPDATE orders SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE id = %s", order["id"])
        again = await complete()
        assert again.status_code in (200, 202), again.text
        assert (await first).status_code in (200, 202)
    finally:
        (await provider.delete("/script")).raise_for_status()

    async def status() -> str:
        return str((await gateway.get(f"/orders/{order['id']}", headers=user.headers)).json()["status"])

    await eventually(status, lambda s: s == "PAID")


@pytest.mark.parametrize("action", ["get", "complete", "cancel"])
async def test_an_order_is_its_owners_alone(
    gateway: httpx.AsyncClient, new_user: Users, new_product: Products, admin: dict[str, str], action: str
) -> None:
    owner, stranger, product = await new_user(), await new_user(), await new_product()
    order = await place(gateway, owner, product)
    path = f"/orders/{order['id']}"
    requests = {
        "get": lambda: gateway.get(path, headers=stranger.headers),
        "complete": lambda: gateway.post(f"{path}/complete", json={"payment_id": "pay_x"}, headers=stranger.headers),
        "cancel": lambda: gateway.post(f"{path}/cancel", headers=stranger.headers),
    }
    answer = await requests[action]()
    assert (answer.status_code, answer.json()["code"]) == (404, "ORDER_NOT_FOUND")
    assert (await gateway.get(path, headers=owner.headers)).json()["status"] == "RESERVED"
    assert (await gateway.get(path, headers=admin)).status_code == 200


async def test_orders_are_listed_newest_first_page_by_page(
    gateway: httpx.AsyncClient, new_user: Users, new_product: Products
) -> None:
    user, product = await new_user(), await new_product(stock=10)
    placed = [(await place(gateway, user, product))["id"] for _ in range(5)]
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(4):
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await gateway.get("/orders", params=query, headers=user.headers)).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert seen == placed[::-1]
    assert cursor is None
    bad = await gateway.get("/orders", params={"cursor": "bm9uc2Vuc2U"}, headers=user.headers)
    assert (bad.status_code, bad.json()["code"]) == (400, "BAD_CURSOR")
