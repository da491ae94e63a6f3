"""The catalogue, the stock with its append-only ledger, and reservations.

Every statement may be repeated: MySQL commits each by itself, and a migration killed half-way is simply run again.
"""

import sys

from alembic import op
from sqlalchemy.exc import DBAPIError

revision = "product_0001"
down_revision = None

# Of the collations that MariaDB and MySQL share, the newest that ignores case, also beyond the basic plane.
OPTIONS = "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci"
ASCII = "CHARACTER SET ascii COLLATE ascii_bin"
UUID = f"CHAR(36) {ASCII}"
NOW = "DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)"
CHANGED = f"{NOW} ON UPDATE CURRENT_TIMESTAMP(6)"
BINLOG_NEEDS_SUPER = 1419

TABLES = (
    # A unique key takes every NULL for another value, so roots are siblings under the key ''.
    f"""
    CREATE TABLE IF NOT EXISTS categories (
        id {UUID} NOT NULL PRIMARY KEY,
        name VARCHAR(100) NOT NULL,
        parent_id {UUID} NULL,
        parent_key {UUID} GENERATED ALWAYS AS (COALESCE(RTRIM(parent_id), '')) VIRTUAL,
        created_at {NOW},
        UNIQUE KEY unique_among_siblings (parent_key, name),
        CONSTRAINT categories_parent FOREIGN KEY (parent_id) REFERENCES categories (id)
    ) {OPTIONS}
    """,
    f"""
    CREATE TABLE IF NOT EXISTS products (
        id {UUID} NOT NULL PRIMARY KEY,
        name VARCHAR(200) NOT NULL,
        description VARCHAR(4000) NOT NULL,
        price_minor BIGINT NOT NULL CHECK (price_minor > 0),
        currency CHAR(3) {ASCII} NOT NULL,
        category_id {UUID} NULL,
        images JSON NOT NULL,
        created_at {NOW},
        updated_at {CHANGED},
        deleted_at DATETIME(6) NULL,
        KEY by_age (deleted_at, created_at, id),
        KEY by_name (deleted_at, name, id),
        KEY by_price (deleted_at, price_minor, id),
        CONSTRAINT products_category FOREIGN KEY (category_id) REFERENCES categories (id)
    ) {OPTIONS}
    """,
    f"""
    CREATE TABLE IF NOT EXISTS stock (
        product_id {UUID} NOT NULL PRIMARY KEY,
        available BIGINT NOT NULL DEFAULT 0 CHECK (available >= 0),
        reserved BIGINT NOT NULL DEFAULT 0 CHECK (reserved >= 0),
        sold BIGINT NOT NULL DEFAULT 0 CHECK (sold >= 0),
        fence BIGINT NOT NULL DEFAULT 0,
        CONSTRAINT stock_product FOREIGN KEY (product_id) REFERENCES products (id)
    ) {OPTIONS}
    """,
    # No foreign keys from here on: they would cost a look-up and a shared lock for every row of the hot path, whose rows
    # are written under the locks of those they point to, and which are never deleted.
    f"""
    CREATE TABLE IF NOT EXISTS stock_movements (
        id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
        product_id {UUID} NOT NULL,
        order_id {UUID} NULL,
        kind ENUM('PUT', 'RESERVE', 'CONFIRM', 'RELEASE', 'RETURN') NOT NULL,
        quantity BIGINT NOT NULL,
        fence BIGINT NULL,
        created_at {NOW},
        UNIQUE KEY moved_once (order_id, product_id, kind),
        KEY by_product (product_id, id),
        CHECK (quantity > 0 OR kind = 'PUT'),
        CHECK ((order_id IS NULL) = (kind = 'PUT'))
    ) {OPTIONS}
    """,
    f"""
    CREATE TABLE IF NOT EXISTS reservations (
        order_id {UUID} NOT NULL PRIMARY KEY,
        state ENUM('RESERVED', 'CONFIRMED', 'RELEASED') NOT NULL,
        created_at {NOW},
        updated_at {CHANGED}
    ) {OPTIONS}
    """,
    f"""
    CREATE TABLE IF NOT EXISTS reservation_lines (
        order_id {UUID} NOT NULL,
        product_id {UUID} NOT NULL,
        quantity BIGINT NOT NULL CHECK (quantity > 0),
        name VARCHAR(200) NOT NULL,
        unit_price_minor BIGINT NOT NULL,
        currency CHAR(3) {ASCII} NOT NULL,
        PRIMARY KEY (order_id, product_id)
    ) {OPTIONS}
    """,
)

# The account owns its schema, so UPDATE and DELETE cannot be kept from it by grants. (TRUNCATE and DROP pass triggers by.)
TRIGGERS = tuple(
    f"""
    CREATE TRIGGER IF NOT EXISTS stock_movements_no_{action.lower()} BEFORE {action} ON stock_movements
    FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'stock_movements is append-only'
    """
    for action in ("UPDATE", "DELETE")
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    for statement in TRIGGERS:
        _guard(statement)


def _guard(statement: str) -> None:
    """With the binary log on, MySQL lets only SUPER make triggers unless log_bin_trust_function_creators is set; this one
    writes nothing, so the log cannot suffer. Where neither holds, the shop runs on without the second line of defence.
    """
    try:
        op.execute(statement)
    except DBAPIError as error:
        if getattr(error.orig, "args", (None,))[0] != BINLOG_NEEDS_SUPER:
            raise
        sys.stderr.write(
            "product: the ledger is append-only by convention only: its triggers need log_bin_trust_function_creators=1\n"
        )


def downgrade() -> None:
    for table in ("reservation_lines", "reservations", "stock_movements", "stock", "products", "categories"):
        op.execute(f"DROP TABLE {table}")
