"""A request that the server gives up because it stops is told so, in place of the server's own 500."""

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from system.gateway.edge import Boundary

SCOPE: Scope = {"type": "http", "method": "POST", "path": "/orders", "raw_path": b"/orders", "headers": []}


async def given_up(app: Callable[[Scope, Receive, Send], Any]) -> tuple[list[Message], BaseException | None]:
    """What was sent when the request was cancelled in the middle, and what came out of it."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    serving = asyncio.create_task(Boundary(app, 15.0)(dict(SCOPE), receive, send))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    serving.cancel()
    (outcome,) = await asyncio.gather(serving, return_exceptions=True)
    return sent, outcome


async def test_it_is_answered_503_with_a_time_to_come_back() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.get_running_loop().create_future()

    sent, _ = await given_up(app)
    assert sent[0]["status"] == 503
    headers = {name.lower(): value for name, value in sent[0]["headers"]}
    assert (headers[b"retry-after"], headers[b"connection"]) == (b"1", b"close")
    assert b"UNAVAILABLE" in sent[1]["body"]


async def test_half_an_answer_is_not_answered_again() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.get_running_loop().create_future()

    sent, outcome = await given_up(app)
    assert [message.get("status") for message in sent] == [200]
    assert isinstance(outcome, asyncio.CancelledError)
