"""Who held the lock for a write can be told afterwards: from the ledger's token to its holder and the resources it held."""

import json
from collections.abc import Awaitable, Callable

import httpx

from tests.integration.shop import Customer, Rows, key, order_of


async def test_the_token_of_a_reservation_names_its_holder(
    gateway: httpx.AsyncClient,
    new_user: Callable[[], Awaitable[Customer]],
    new_product: Callable[..., Awaitable[str]],
    mysql: Callable[[str], Rows],
) -> None:
    user, product = await new_user(), await new_product(stock=10, price=1999)
    placed = await gateway.post("/orders", json=order_of(product), headers=user.headers | key())
    assert placed.status_code == 201, placed.text

    (entry,) = mysql("product")("SELECT fence FROM stock_movements WHERE order_id = %s", placed.json()["id"])
    (token,) = mysql("order")("SELECT holder, names, resources FROM fencing_tokens WHERE token = %s", entry["fence"])
    assert token["holder"].partition(":")[0] in ("order-1", "order-2")
    assert product in json.loads(token["names"])
    assert token["resources"] == len(json.loads(token["names"]))
