"""The inbox: a message that arrives twice is handled once.

The message's id is written in the transaction that handles it; a second arrival finds it there. (Together with the outbox:
at-least-once delivery, exactly-once effect.)
"""

from sqlalchemy import Column, DateTime, MetaData, String, Table
from sqlalchemy.dialects.mysql import insert

from system.common.database import Transaction

metadata = MetaData()
TABLE = Table(
    "inbox",
    metadata,
    Column("message_id", String(64), primary_key=True),
    Column("handled_at", DateTime, nullable=False),
)


async def first_time(tx: Transaction, message_id: str) -> bool:
    """Note a message in the caller's transaction; False when it was noted before, and the caller has nothing to do."""
    result = await tx.execute(insert(TABLE).prefix_with("IGNORE").values(message_id=message_id))
    return result.rowcount == 1
