"""A gateway that ceases to be ready, or is ready again, is told once; silence says nothing."""

import asyncio
from contextlib import suppress
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from chaos.subject.watchers.readiness import readiness
from harness.history import Event, Record, Recorder

ANSWERS = (200, 503, 503, None, 503, 200, 200)


class Kept(list[Record]):
    def write(self, record: Record) -> None:
        self.append(record)


async def test_changes_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, over, answers = Kept(), asyncio.Event(), iter(ANSWERS)

    def answer(_request: httpx.Request) -> httpx.Response:
        status = next(answers, 0)
        if status == 0:
            over.set()
            raise httpx.ConnectError("over")
        if status is None:
            raise httpx.ReadTimeout("silent")
        return httpx.Response(status)

    monkeypatch.setattr(import_module("chaos.subject.watchers.readiness"), "POLL_S", 0.0)
    http = httpx.AsyncClient(transport=httpx.MockTransport(answer), trust_env=False)
    monkeypatch.setattr(httpx, "AsyncClient", lambda **_options: http)
    stack = SimpleNamespace(instances=lambda _service: [SimpleNamespace(name="gateway-1")], address=lambda *_: "gateway:80")
    subject: Any = SimpleNamespace(stack=stack)
    watching = asyncio.create_task(readiness(subject, Recorder(kept), asyncio.Event()))
    await asyncio.wait_for(over.wait(), 5)
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    told = [(each.event, each.subject) for each in kept if isinstance(each, Event)]
    assert told == [("not_ready", "gateway-1"), ("ready_again", "gateway-1")]
