"""Rows are told once, and those of before are not."""

import asyncio
import sys
from collections.abc import AsyncIterator

import pytest

from chaos.subject.watchers.fences import new_rows
from harness.history import Row


async def test_rows_that_are_new_are_told_once_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = [(3, 1), (3, 1), (5, 4, 3, 1), (5, 4, 3, 2, 1), (6, 5, 4, 3)]

    async def fake(_access: object, _query: str, _ready: asyncio.Event) -> AsyncIterator[tuple[Row, ...]]:
        for numbers in looks:
            yield tuple({"id": number} for number in numbers)

    monkeypatch.setattr(sys.modules[new_rows.__module__], "poll_rows", fake)
    told: list[object] = []
    await new_rows(None, "", asyncio.Event(), lambda row: told.append(row["id"]))  # type: ignore[arg-type]  # not used
    assert told == [4, 5, 2, 6], "2 became visible after 3"
