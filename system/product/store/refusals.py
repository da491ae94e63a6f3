"""Writes that were refused because a later lock holder had written: what an auditor asks for after a lock went wrong."""

from sqlalchemy import insert

from system.common.database import Transaction
from system.product.tables import FENCED_OFF


async def add(tx: Transaction, product_id: str, token: int, written: int) -> None:
    """Note that a write under `token` was refused where `written` had written."""
    await tx.execute(insert(FENCED_OFF).values(product_id=product_id, token=token, written=written))
