"""Sagas whose capture or refund is done at the provider and not recorded by the order service."""

import asyncio
from collections.abc import Mapping

from chaos.client import Provider
from harness.system.sql import Access, rows

UNDER_WAY: Mapping[str, str] = {
    "capture": "SELECT subject, lease FROM sagas WHERE active AND kind = 'complete' AND state = 'RUNNING' AND step = 0",
    "refund": "SELECT subject, lease FROM sagas WHERE active AND kind = 'complete' AND state = 'COMPENSATING' AND step = 0",
}
"""Queries of the sagas whose capture or refund is not recorded as done, by the ledger's kind."""


async def waiting(access: Access, provider: Provider, moved: str) -> Mapping[str, str]:
    """The orders of such sagas, each with the instance that executes it. Raises pymysql.MySQLError, httpx.HTTPError.

    The ledger is read before the database: an entry that the later query still misses was unrecorded when it was read.
    """
    done = {str(entry["reference"]) for entry in await provider.ledger() if entry["kind"] == moved}
    sagas = await asyncio.to_thread(rows, access, UNDER_WAY[moved])
    return {str(saga["subject"]): str(saga["lease"]).partition(":")[0] for saga in sagas if saga["subject"] in done}
