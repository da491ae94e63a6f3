"""A source that breaks off is asked again, and says when it is watched."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pymysql
import pytest

from chaos.subject.watchers import sources
from chaos.subject.watchers.sources import follow_lines, poll_rows
from harness.history import Row

DOWN = pymysql.OperationalError(2003, "refused")


async def test_a_database_that_is_down_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[Any] = [DOWN, ({"id": 1},), DOWN, ({"id": 2},)]

    def rows(access: object, query: str) -> tuple[Row, ...]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[no-any-return]  # rows, then

    monkeypatch.setattr(sources, "rows", rows)
    monkeypatch.setattr(sources, "POLL_S", 0.001)
    ready, seen = asyncio.Event(), []
    access: Any = None
    async for found in poll_rows(access, "SELECT 1", ready):
        assert ready.is_set()
        seen.append(found)
        if not answers:
            break
    assert seen == [({"id": 1},), ({"id": 2},)]


async def test_lines_are_followed_on_after_the_connection_broke(monkeypatch: pytest.MonkeyPatch) -> None:
    class Breaking(httpx.AsyncByteStream):
        def __init__(self, *lines: bytes) -> None:
            self.lines = lines

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for line in self.lines:
                yield line
            raise httpx.ReadError("gone")

    streams = [Breaking(b"\n", b'{"n": 1}\n'), Breaking(b'{"n": 2}\n{"n":', b" 3}\n")]
    monkeypatch.setattr(sources, "RECONNECT_S", 0.001)
    ready, seen = asyncio.Event(), []
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, stream=streams.pop(0)))
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox", trust_env=False) as http:
        async for entry in follow_lines(http, "/follow", ready):
            assert ready.is_set()
            seen.append(entry["n"])
            if len(seen) == 3:
                break
    assert seen == [1, 2, 3]
