"""The mailbox is read with the mails' text, and without headers and markup."""

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
    "html": "<style>p { color: red }</style><p>Total</p><p>12.50&nbsp;EUR</p>",
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
    assert (kept["text"], kept["html_text"]) == ("long", "Total\n12.50 EUR")
    assert not {"html", "headers"} & kept.keys()


async def test_a_mailbox_that_fails_is_not_an_empty_one() -> None:
    async with mailbox(httpx.Response(503)) as http:
        with pytest.raises(httpx.HTTPStatusError):
            await Mailbox(http).messages()
