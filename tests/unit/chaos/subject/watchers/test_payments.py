"""A capture is told once, when it is in payment's books; what was there before nobody has seen happen."""

import asyncio
import importlib
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pymysql
import pytest

from chaos.subject.watchers import looks as looking
from chaos.subject.watchers.looks import looks
from chaos.subject.watchers.payments import payments
from harness.history import Event, History, Record, Recorder, Row

DOWN = pymysql.OperationalError(2003, "refused")


class Kept(list[Record]):
    def write(self, record: Record) -> None:
        self.append(record)


def paid(*orders: str) -> tuple[Row, ...]:
    return tuple({"order_id": order, "provider_payment_id": f"pay-{order}"} for order in orders)


async def test_every_capture_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async def shown(access: object, query: str, ready: asyncio.Event) -> AsyncIterator[tuple[Row, ...]]:
        for rows in (paid("old"), paid("old", "b", "a"), paid("old", "a", "b"), paid("old", "a", "b", "c")):
            yield rows

    monkeypatch.setattr(importlib.import_module("chaos.subject.watchers.payments"), "looks", shown)
    kept = Kept()
    subject: Any = SimpleNamespace(stack=SimpleNamespace(mysql=lambda _schema: None))
    await payments(subject, Recorder(kept), asyncio.Event())
    events = [(event.event, event.subject, event.detail) for event in History(tuple(kept)).events]
    assert events == [("capture_committed", each, {"payment_id": f"pay-{each}"}) for each in ("a", "b", "c")]
    assert all(isinstance(record, Event) for record in kept)


async def test_a_database_that_is_down_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[Any] = [
        DOWN,
        paid("a"),
        DOWN,
        paid("b"),
    ]

    def rows(access: object, query: str) -> tuple[Row, ...]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[no-any-return]  # rows, then

    monkeypatch.setattr(looking, "rows", rows)
    monkeypatch.setattr(looking, "EVERY_S", 0.001)
    ready, seen = asyncio.Event(), []
    access: Any = None
    async for found in looks(access, "SELECT 1", ready):
        assert ready.is_set()
        seen.append(found)
        if not answers:
            break
    assert seen == [paid("a"), paid("b")]
