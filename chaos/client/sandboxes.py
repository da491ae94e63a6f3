"""Clients of the sandboxes outside the shop: the payment provider and the mailbox."""

from html.parser import HTMLParser

import httpx
from pydantic import JsonValue

from chaos.client.answer import Answer
from chaos.client.models import Money

GOOD_CARD, BAD_CARD = "card_ok", "card_declined"
"""Payment methods; a bad card is declined at the capture."""


KEPT = ("message_id", "order_id", "to", "subject", "text", "transmissions", "received_at", "at_monotonic")
"""The fields of a message that are kept; headers and the HTML's markup are left out because the history would grow by them."""


class Provider:
    """Calls through `http`, whose base_url is the provider's. Every method may raise httpx.HTTPError."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def authorise(self, order_id: str, amount: Money, method: str = GOOD_CARD) -> Answer:
        """POST /v1/payments: a Payment for an order, which the shop captures; a bad card is declined then."""
        body = {
            "amount": {"minor_units": amount.minor_units, "currency": amount.currency},
            "reference": order_id,
            "method": method,
        }
        return Answer.of(await self._http.post("/v1/payments", json=body))

    async def capture(self, payment_id: str, minor_units: int, key: str) -> Answer:
        """POST /v1/payments/{id}/capture: take a part of a payment, or all of it, without the shop."""
        path, headers = f"/v1/payments/{payment_id}/capture", {"Idempotency-Key": key}
        return Answer.of(await self._http.post(path, json={"amount_minor_units": minor_units}, headers=headers))

    async def ledger(self) -> list[dict[str, JsonValue]]:
        """GET /ledger: all entries, oldest first. Raises httpx.HTTPStatusError."""
        response = await self._http.get("/ledger")
        response.raise_for_status()
        entries: list[dict[str, JsonValue]] = response.json()["entries"]
        return entries


class Mailbox:
    """Calls through `http`, whose base_url is the mailbox's. Every method may raise httpx.HTTPError."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def messages(self) -> list[dict[str, JsonValue]]:
        """GET /messages: delivered messages, oldest first; `html_text` is the HTML's text. Raises httpx.HTTPStatusError."""
        response = await self._http.get("/messages")
        response.raise_for_status()
        return [{name: message[name] for name in KEPT} | {"html_text": text_of(message["html"])} for message in response.json()]


class _Text(HTMLParser):
    """Collects the text of a document, without that of its style sheets."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._hidden += tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag == "style"

    def handle_data(self, data: str) -> None:
        if not self._hidden and (words := " ".join(data.split())):
            self.found.append(words)


def text_of(html: str) -> str:
    """The text of an HTML document, one line per element."""
    reader = _Text()
    reader.feed(html)
    return "\n".join(reader.found)
