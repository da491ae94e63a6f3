"""The tables of the schema `notification`."""

from sqlalchemy import Column, DateTime, Integer, MetaData, String, Table

metadata = MetaData()

CONFIRMATIONS = Table(
    "confirmations",
    metadata,
    Column("order_id", String(36), primary_key=True),
    Column("recipient", String(320), nullable=False),
    Column("message_id", String(255), nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("claimed_until", DateTime, nullable=True),
    Column("sent_at", DateTime, nullable=True),
)
