"""The client of the control API on a server that ends connections before it answers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from harness.proxy.client import ProxyClient

ANSWER = b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n{"version":"x"}'


@asynccontextmanager
async def answering_from(attempt: int) -> AsyncIterator[tuple[ProxyClient, list[str]]]:
    """A client of a server that answers from this attempt on, counted from 1; and the requests that it got."""
    seen: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append((await reader.readuntil(b"\r\n\r\n")).decode().split(" HTTP")[0])
        if len(seen) >= attempt:
            writer.write(ANSWER)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    async with server, ProxyClient(f"http://{host}:{port}") as client:
        yield client, seen


async def test_reading_is_repeated_when_the_connection_ends_before_the_answer() -> None:
    async with answering_from(3) as (client, seen):
        assert await client.version() == "x"
    assert seen == ["GET /version"] * 3


async def test_reading_is_given_up_after_three_attempts() -> None:
    async with answering_from(4) as (client, seen):
        with pytest.raises(httpx.RemoteProtocolError):
            await client.version()
    assert len(seen) == 3


async def test_what_may_have_been_done_is_not_done_again() -> None:
    async with answering_from(2) as (client, seen):
        with pytest.raises(httpx.RemoteProtocolError):
            await client.delete("edge")
    assert seen == ["DELETE /proxies/edge"]
