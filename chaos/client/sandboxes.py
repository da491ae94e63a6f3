"""The world outside the shop, as customers use it and as an auditor reads it: the payment provider and the mailbox."""

import httpx
from pydantic import JsonValue

from chaos.client.answer import Answer
from chaos.client.models import Money

GOOD_CARD, BAD_CARD = "card_ok", "card_declined"
"""Methods of payment; a bad card shows when the money is taken."""


KEPT = ("message_id", "order_id", "to", "subject", "transmissions", "received_at", "at_monotonic")
"""What is kept of a message: bodies and headers would make a history of letters."""


class Provider:
    """Calls through `http`, whose base_url is the provider's. Every method may raise httpx.HTTPError."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def authorise(self, order_id: str, amount: Money, method: str = GOOD_CARD) -> Answer:
        """POST /v1/payments: a Payment that the shop may capture for an order, or be refused when the card is bad."""
        body = {
            "amount": {"minor_units": amount.minor_units, "currency": amount.currency},
            "reference": order_id,
            "method": method,
        }
        return Answer.of(await self._http.post("/v1/payments", json=body))

    async def ledger(self) -> list[dict[str, JsonValue]]:
        """GET /ledger: everything that ever moved, oldest first. Raises httpx.HTTPStatusError."""
        response = await self._http.get("/ledger")
        response.raise_for_status()
        entries: list[dict[str, JsonValue]] = response.json()["entries"]
        return entries


class Mailbox:
    """Calls through `http`, whose base_url is the mailbox's. Every method may raise httpx.HTTPError."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def messages(self) -> list[dict[str, JsonValue]]:
        """GET /messages: what was delivered, oldest first, without the text. Raises httpx.HTTPStatusError."""
        response = await self._http.get("/messages")
        response.raise_for_status()
        return [{name: message[name] for name in KEPT} for message in response.json()]
