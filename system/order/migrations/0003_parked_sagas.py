"""Sagas say why they failed and since when they are parked; what is past can be found by its time, to be deleted.

A migration killed half-way is simply run again.
"""

import sqlalchemy
from alembic import op

revision = "order_0003"
down_revision = "order_0002"

COLUMNS = {
    "defects": "defects INT NOT NULL DEFAULT 0",
    "error": "error VARCHAR(300) NOT NULL DEFAULT ''",
    "parked_at": "parked_at DATETIME(6) NULL",
}
INDEXES = {
    "sagas": ("by_end", "active, updated_at"),
    "saga_steps": ("by_time", "at"),
    "fencing_tokens": ("by_time", "drawn_at"),
}


def upgrade() -> None:
    inspector = sqlalchemy.inspect(op.get_bind())
    there = {column["name"] for column in inspector.get_columns("sagas")}
    for name, column in COLUMNS.items():
        if name not in there:
            op.execute(f"ALTER TABLE sagas ADD COLUMN {column}")
    for table, (name, columns) in INDEXES.items():
        if name not in {index["name"] for index in inspector.get_indexes(table)}:
            op.execute(f"CREATE INDEX {name} ON {table} ({columns})")


def downgrade() -> None:
    for table, (name, _) in INDEXES.items():
        op.execute(f"DROP INDEX {name} ON {table}")
    for name in COLUMNS:
        op.execute(f"ALTER TABLE sagas DROP COLUMN {name}")
