"""Looks at a schema again and again, and goes on looking when the database cannot be asked."""

import asyncio
from collections.abc import AsyncIterator

import pymysql

from harness.history import Row
from harness.system.sql import Access, rows

EVERY_S = 0.1


async def looks(access: Access, query: str, ready: asyncio.Event) -> AsyncIterator[tuple[Row, ...]]:
    """What a query says, every `EVERY_S` seconds; what comes and goes in between is missed."""
    while True:
        try:
            seen = await asyncio.to_thread(rows, access, query)
        except pymysql.MySQLError:
            await asyncio.sleep(EVERY_S)  # it is down, on purpose perhaps
            continue
        ready.set()
        yield seen
        await asyncio.sleep(EVERY_S)
