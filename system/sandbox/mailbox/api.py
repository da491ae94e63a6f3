"""The mailbox's HTTP API, for reading what came in over SMTP.

`GET /messages?to=&order_id=` → a list of delivered messages, oldest first: `{id, message_id, from, to, subject, text,
html, headers, order_id, received_at, at_monotonic, transmissions}`. A mail to several recipients is a message for each.
`to` is the recipient of the envelope and is compared without regard to case; `order_id` is the header `X-Order-Id`, or
null; `from` is the header, or the envelope's sender; `transmissions` counts every time it was accepted, duplicates
included; `at_monotonic` is in seconds of CLOCK_MONOTONIC.

`GET /messages/follow` → an empty line, then every message as a line of JSON, as soon as it is delivered.

`GET /messages/{id}` → one of them, 404 `message_not_found`. `DELETE /messages` → 204; what was delivered before is still
a duplicate afterwards.

Rules of `POST /script` (see `system.sandbox.web`): `{"match": {"to"?, "order_id"?, "message_id"?}, "times": N or null,
"action": A}`, where A is `{"kind": "reject", "code": 451}`, `{"kind": "delay", "ms": 1500}` (at most 60000) or
`{"kind": "drop"}`, each with `"when": "before"` (default) or `"after"` the delivery. A mail that is rejected or lost
before its delivery is not counted as a transmission.
"""

from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from system.sandbox.feed import lines
from system.sandbox.mailbox.box import Mailbox, NoSuchMessage
from system.sandbox.mailbox.rules import MailRule, MailRules
from system.sandbox.script import Script
from system.sandbox.web import Lifespan, error_answer
from system.sandbox.web import create_app as create_sandbox_app


class MessageView(BaseModel):
    """A message as it is shown."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: str
    message_id: str
    sender: str = Field(serialization_alias="from")
    to: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    order_id: str | None
    received_at: datetime
    at_monotonic: float
    transmissions: int


VIEWS: TypeAdapter[MessageView] = TypeAdapter(MessageView)


def create_app(mailbox: Mailbox, script: Script[MailRule], lifespan: Lifespan | None = None) -> FastAPI:
    """Return the application that shows `mailbox`; what else must listen does so within `lifespan`."""
    app = create_sandbox_app("Mailbox sandbox", script, MailRules, lifespan)
    app.add_exception_handler(NoSuchMessage, _no_such_message)
    app.include_router(_message_routes(mailbox))
    return app


def _message_routes(mailbox: Mailbox) -> APIRouter:
    router = APIRouter(prefix="/messages")

    @router.get("")
    async def messages(to: str | None = None, order_id: str | None = None) -> list[MessageView]:
        return [MessageView.model_validate(message) for message in mailbox.messages(to, order_id)]

    @router.get("/follow")
    async def follow() -> Response:
        return lines((MessageView.model_validate(each) async for each in mailbox.feed.follow()), VIEWS)

    @router.get("/{message_id}")
    async def message(message_id: str) -> MessageView:
        return MessageView.model_validate(mailbox.message(message_id))

    @router.delete("", status_code=HTTPStatus.NO_CONTENT)
    async def clear() -> None:
        mailbox.clear()

    return router


async def _no_such_message(_: Request, error: Exception) -> Response:
    return error_answer(HTTPStatus.NOT_FOUND, "message_not_found", f"no message {error}")
