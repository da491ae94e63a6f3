"""The customers' mailbox, as somebody reads it who has access to all of it."""

import httpx
from pydantic import JsonValue

KEPT = ("message_id", "order_id", "to", "subject", "transmissions", "received_at", "at_monotonic")
"""What is kept of a message: bodies and headers would make a history of letters."""


class Mailbox:
    """Calls through `http`, whose base_url is the mailbox's. Every method may raise httpx.HTTPError."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def messages(self) -> list[dict[str, JsonValue]]:
        """GET /messages: what was delivered, oldest first, without the text. Raises httpx.HTTPStatusError."""
        response = await self._http.get("/messages")
        response.raise_for_status()
        return [{name: message[name] for name in KEPT} for message in response.json()]
