"""Follows what a sandbox tells line by line, and begins again when that breaks off."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
from pydantic import JsonValue

AGAIN_S = 0.2
UNENDING = httpx.Timeout(5.0, read=None)


async def follow(http: httpx.AsyncClient, path: str, ready: asyncio.Event) -> AsyncIterator[dict[str, JsonValue]]:
    """Every object of a stream of JSON lines from now on; what is told while the connection is down is missed."""
    while True:
        try:
            async with http.stream("GET", path, timeout=UNENDING) as response:
                response.raise_for_status()
                async for line in response.aiter_lines():
                    ready.set()
                    if line:
                        yield json.loads(line)
        except httpx.TransportError:
            await asyncio.sleep(AGAIN_S)  # it is down, on purpose perhaps
