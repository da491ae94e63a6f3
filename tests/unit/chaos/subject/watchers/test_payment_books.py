"""What is in payment's books is told once: captures that were not there before, and mails by the order that they are about."""

import asyncio
import importlib
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from shop.notification.v1.notification_pb2 import SendOrderConfirmationRequest

from chaos.subject.watchers.payment_books import outbox, payments
from harness.history import Event, History, Record, Recorder, Row


class Kept(list[Record]):
    def write(self, record: Record) -> None:
        self.append(record)


def paid(*orders: str) -> tuple[Row, ...]:
    return tuple({"order_id": order, "provider_payment_id": f"pay-{order}"} for order in orders)


async def test_every_capture_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async def shown(access: object, query: str, ready: asyncio.Event) -> AsyncIterator[tuple[Row, ...]]:
        for rows in (paid("old"), paid("old", "b", "a"), paid("old", "a", "b"), paid("old", "a", "b", "c")):
            yield rows

    monkeypatch.setattr(importlib.import_module("chaos.subject.watchers.payment_books"), "poll_rows", shown)
    kept = Kept()
    subject: Any = SimpleNamespace(stack=SimpleNamespace(mysql=lambda _schema: None))
    await payments(subject, Recorder(kept), asyncio.Event())
    events = [(event.event, event.subject, event.detail) for event in History(tuple(kept)).events]
    assert events == [("capture_committed", each, {"payment_id": f"pay-{each}"}) for each in ("a", "b", "c")]
    assert all(isinstance(record, Event) for record in kept)


def waiting(*orders: str) -> tuple[Row, ...]:
    requests = {order: SendOrderConfirmationRequest(order_id=order, recipient_email="a@b.example") for order in orders}
    return tuple({"message_id": f"m-{order}", "payload": sent.SerializeToString().hex()} for order, sent in requests.items())


async def test_every_mail_that_waits_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async def shown(access: object, query: str, ready: asyncio.Event) -> AsyncIterator[tuple[Row, ...]]:
        for rows in (waiting("a"), waiting("a", "b"), waiting(), waiting("b", "c")):
            yield rows

    monkeypatch.setattr(importlib.import_module("chaos.subject.watchers.payment_books"), "poll_rows", shown)
    kept = Kept()
    subject: Any = SimpleNamespace(stack=SimpleNamespace(mysql=lambda _schema: None))
    await outbox(subject, Recorder(kept), asyncio.Event())
    events = [(event.event, event.subject, event.detail) for event in History(tuple(kept)).events]
    assert events == [("mail_queued", each, {"message_id": f"m-{each}"}) for each in ("a", "b", "c")]
