"""Whose money has moved at the provider without the order service knowing it yet: the moment at which a crash hurts most."""

import asyncio
from collections.abc import Mapping

from chaos.client import Provider
from harness.system.sql import Access, rows

UNDER_WAY: Mapping[str, str] = {
    "capture": "SELECT subject, lease FROM sagas WHERE active AND kind = 'complete' AND state = 'RUNNING' AND step = 0",
    "refund": "SELECT subject, lease FROM sagas WHERE active AND kind = 'complete' AND state = 'COMPENSATING' AND step = 0",
}
"""Sagas whose step that moves money is not done by the order service's books: query by what the provider calls it."""


async def waiting(access: Access, provider: Provider, moved: str) -> Mapping[str, str]:
    """The orders of such sagas, each with the instance that has it. Raises pymysql.MySQLError, httpx.HTTPError.

    The ledger is read first: what is in it and still not in the books was in both at one moment.
    """
    done = {str(entry["reference"]) for entry in await provider.ledger() if entry["kind"] == moved}
    sagas = await asyncio.to_thread(rows, access, UNDER_WAY[moved])
    return {str(saga["subject"]): str(saga["lease"]).partition(":")[0] for saga in sagas if saga["subject"] in done}
