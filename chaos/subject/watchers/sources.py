"""Sources of watchers, with retries when they are down: polled rows of a schema, streamed lines of a sandbox."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pymysql
from pydantic import JsonValue

from harness.history import Row
from harness.system.sql import Access, rows

POLL_S = 0.1
RECONNECT_S = 0.2
UNENDING = httpx.Timeout(5.0, read=None)


async def poll_rows(access: Access, query: str, ready: asyncio.Event) -> AsyncIterator[tuple[Row, ...]]:
    """The rows of a query every `POLL_S` seconds; rows that exist only between two polls are missed."""
    while True:
        try:
            seen = await asyncio.to_thread(rows, access, query)
        except pymysql.MySQLError:
            await asyncio.sleep(POLL_S)  # it is down, on purpose perhaps
            continue
        ready.set()
        yield seen
        await asyncio.sleep(POLL_S)


async def follow_lines(http: httpx.AsyncClient, path: str, ready: asyncio.Event) -> AsyncIterator[dict[str, JsonValue]]:
    """Every object of a stream of JSON lines from now on; those sent while the connection is down are missed."""
    while True:
        try:
            async with http.stream("GET", path, timeout=UNENDING) as response:
                response.raise_for_status()
                async for line in response.aiter_lines():
                    ready.set()
                    if line:
                        yield json.loads(line)
        except httpx.TransportError:
            await asyncio.sleep(RECONNECT_S)  # it is down, on purpose perhaps
