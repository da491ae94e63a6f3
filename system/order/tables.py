"""The tables of the order service's schema (made by migrations/); sagas, outbox and inbox are system.common's."""

from sqlalchemy import JSON, BigInteger, Column, DateTime, Integer, MetaData, String, Table

metadata = MetaData()

ORDERS = Table(
    "orders",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("user_id", String(36)),
    Column("idempotency_key", String(255)),
    Column("fingerprint", String(64)),
    Column("customer_email", String(254)),
    Column("status", String(10)),
    Column("reason", String(100)),
    Column("total_minor", BigInteger, nullable=True),
    Column("currency", String(3), nullable=True),
    Column("payment_id", String(100)),
    Column("recipient", String(200)),
    Column("street", String(200)),
    Column("city", String(100)),
    Column("postal_code", String(20)),
    Column("country", String(2)),
    Column("created_at", DateTime),
    Column("updated_at", DateTime),
    Column("expires_at", DateTime, nullable=True),
    Column("last_payment_id", String(100), nullable=True),
    Column("last_payment_outcome", String(10), nullable=True),
    Column("last_payment_reason", String(100), nullable=True),
    Column("last_payment_at", DateTime, nullable=True),
)

ITEMS = Table(
    "order_items",
    metadata,
    Column("order_id", String(36), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("product_id", String(36)),
    Column("quantity", BigInteger),
    Column("name", String(200)),
    Column("unit_price_minor", BigInteger, nullable=True),
    Column("currency", String(3), nullable=True),
)

FENCING_TOKENS = Table(
    "fencing_tokens",
    metadata,
    Column("token", BigInteger, primary_key=True, autoincrement=True),
    Column("resources", Integer),
    Column("names", JSON, nullable=True),
    Column("holder", String(160)),
    Column("drawn_at", DateTime),
)
