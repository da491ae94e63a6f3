"""Orders say what became of the last attempt to pay them.

A migration killed half-way is simply run again.
"""

import sqlalchemy
from alembic import op

revision = "order_0004"
down_revision = "order_0003"

COLUMNS = {
    "last_payment_id": "last_payment_id VARCHAR(100) NULL",
    "last_payment_outcome": "last_payment_outcome VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NULL",
    "last_payment_reason": "last_payment_reason VARCHAR(100) NULL",
    "last_payment_at": "last_payment_at DATETIME(6) NULL",
}


def upgrade() -> None:
    there = {column["name"] for column in sqlalchemy.inspect(op.get_bind()).get_columns("orders")}
    for name, column in COLUMNS.items():
        if name not in there:
            op.execute(f"ALTER TABLE orders ADD COLUMN {column}")


def downgrade() -> None:
    for name in COLUMNS:
        op.execute(f"ALTER TABLE orders DROP COLUMN {name}")
