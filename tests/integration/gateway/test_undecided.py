"""An order that nobody decides in time is answered 202, and its owner can read it at its Location at once."""

from collections.abc import Awaitable, Callable

import httpx

from harness.stack.namespaces import Namespace, running
from tests.integration.shop import Customer, key, order_of


async def test_an_order_still_in_the_queue_is_written_down(
    gateway: httpx.AsyncClient,
    namespace: Namespace,
    new_user: Callable[[], Awaitable[Customer]],
    new_product: Callable[..., Awaitable[str]],
) -> None:
    """The namespace has a broker of its own, with a queue that no order service drains."""
    user, product = await new_user(), await new_product()
    with running(namespace, "gateway", overrides={"ORDER_WAIT_S": "0.2", "ORDER_ACCEPT_S": "5"}) as own:
        async with httpx.AsyncClient(base_url=f"http://{own.address('http')}", timeout=30, trust_env=False) as http:
            answer = await http.post("/orders", json=order_of(product), headers={**user.headers, **key()})
    assert (answer.status_code, answer.json()["status"]) == (202, "PENDING"), answer.text
    read = await gateway.get(answer.headers["location"], headers=user.headers)
    assert read.status_code == 200, read.text
    assert read.json()["id"] == answer.json()["id"]
