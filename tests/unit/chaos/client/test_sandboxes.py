"""The mailbox is read without the letters' text."""

import httpx
import pytest

from chaos.client import Mailbox

MESSAGE = {
    "id": "msg_1",
    "message_id": "<order-a@shop.example>",
    "from": "shop@shop.example",
    "to": "ada@shop.example",
    "subject": "Your order",
    "text": "long",
    "html": "<p>longer</p>",
    "headers": {},
    "order_id": "a",
    "received_at": "2026-11-22T13:00:00Z",
    "at_monotonic": 1.5,
    "transmissions": 2,
}


def mailbox(answer: httpx.Response) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url="http://mailbox", transport=httpx.MockTransport(lambda _request: answer), trust_env=False)


async def test_what_is_kept_of_a_message() -> None:
    async with mailbox(httpx.Response(200, json=[MESSAGE])) as http:
        (kept,) = await Mailbox(http).messages()
    assert (kept["order_id"], kept["transmissions"]) == ("a", 2)
    assert not {"text", "html", "headers"} & kept.keys()


async def test_a_mailbox_that_fails_is_not_an_empty_one() -> None:
    async with mailbox(httpx.Response(503)) as http:
        with pytest.raises(httpx.HTTPStatusError):
            await Mailbox(http).messages()
