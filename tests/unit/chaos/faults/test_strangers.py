"""Strangers go on until they heal, whatever they meet, and it is told what they met."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from chaos.faults.strangers import WAYS, Strangers, strangers
from harness.faults.spec import SpecError
from harness.waiting import wait_until_async
from tests.unit.harness.faults.specs import declared, spec

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]


async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Keeps the connection, and answers each head with 429."""
    while await reader.readuntil(b"\r\n\r\n"):
        writer.write(b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 2\r\n\r\n{}")


async def refuses(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Reads no more than it must, and closes."""
    await reader.readexactly(100_000)
    writer.write(b"HTTP/1.1 414 URI Too Long\r\n\r\n")
    writer.close()


@asynccontextmanager
async def gateway(serve: Serve) -> AsyncIterator[Any]:
    async def handled(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except (OSError, EOFError):
            writer.close()

    async with await asyncio.start_server(handled, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()[:2]
        yield SimpleNamespace(stack=SimpleNamespace(address=lambda _name, _port: f"{host}:{port}"))


@pytest.mark.parametrize(
    ("way", "serve", "met"),
    [("readiness", answers, "429 "), ("far pages", answers, "429 "), ("endless address", refuses, "414 ")],
)
async def test_they_go_on_until_they_heal(way: str, serve: Serve, met: str) -> None:
    fault = Strangers(declared(strangers(way, 2)))
    async with gateway(serve) as shop:
        await fault.inject(shop)
        assert not (await fault.prove(shop)).effective

        async def proved() -> bool:
            return (await fault.prove(shop)).effective

        await wait_until_async(proved, what="strangers met", timeout_s=10, poll_s=0.01)
        proof = await fault.prove(shop)
        assert met in proof.detail
        assert proof.detail.endswith("2 are still there")
        assert await fault.heal(shop) == "2 strangers left"
        assert (await fault.prove(shop)).detail.endswith("0 are still there")


async def test_nobody_to_talk_to_is_no_effect() -> None:
    fault = Strangers(declared(strangers("logins", 2)))
    shop: Any = SimpleNamespace(stack=SimpleNamespace(address=lambda _name, _port: "127.0.0.1:1"))
    await fault.inject(shop)
    await asyncio.sleep(0)
    assert not (await fault.prove(shop)).effective
    await fault.heal(shop)


def test_they_know_some_ways_only() -> None:
    with pytest.raises(SpecError, match="endless address"):
        Strangers(spec("strangers", "gateway-1", way="politely", many=1))


@pytest.mark.parametrize("way", WAYS)
def test_a_way_is_a_request_of_its_own_each_time(way: str) -> None:
    begun = WAYS[way].begins(70_000)
    assert begun.startswith((b"GET /", b"POST /"))
    assert WAYS[way].never_ends or begun != WAYS[way].begins(70_001)
