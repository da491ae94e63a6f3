"""The payment provider as the shop's customers see it, and its ledger as an auditor does."""

import httpx
from pydantic import JsonValue

from chaos.client.answer import Answer
from chaos.client.models import Money

GOOD_CARD, BAD_CARD = "card_ok", "card_declined"
"""Methods of payment; a bad card shows when the money is taken."""


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
