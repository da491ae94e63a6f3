"""The tables of the product service's schema, made by migrations/."""

from sqlalchemy import JSON, BigInteger, Column, DateTime, MetaData, String, Table

metadata = MetaData()

CATEGORIES = Table(
    "categories",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(100)),
    Column("parent_id", String(36), nullable=True),
)

PRODUCTS = Table(
    "products",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(200)),
    Column("description", String(4000)),
    Column("price_minor", BigInteger),
    Column("currency", String(3)),
    Column("category_id", String(36), nullable=True),
    Column("images", JSON),
    Column("created_at", DateTime),
    Column("updated_at", DateTime),
    Column("deleted_at", DateTime, nullable=True),
)

STOCK = Table(
    "stock",
    metadata,
    Column("product_id", String(36), primary_key=True),
    Column("available", BigInteger),
    Column("reserved", BigInteger),
    Column("sold", BigInteger),
    Column("fence", BigInteger),
)

MOVEMENTS = Table(
    "stock_movements",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("product_id", String(36)),
    Column("order_id", String(36), nullable=True),
    Column("kind", String(10)),
    Column("quantity", BigInteger),
    Column("fence", BigInteger, nullable=True),
    Column("created_at", DateTime),
)

FENCED_OFF = Table(
    "fenced_off",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("product_id", String(36)),
    Column("token", BigInteger),
    Column("written", BigInteger),
    Column("refused_at", DateTime),
)

RESERVATIONS = Table(
    "reservations",
    metadata,
    Column("order_id", String(36), primary_key=True),
    Column("state", String(10)),
    Column("created_at", DateTime),
    Column("updated_at", DateTime),
)

LINES = Table(
    "reservation_lines",
    metadata,
    Column("order_id", String(36), primary_key=True),
    Column("product_id", String(36), primary_key=True),
    Column("quantity", BigInteger),
    Column("name", String(200)),
    Column("unit_price_minor", BigInteger),
    Column("currency", String(3)),
)
