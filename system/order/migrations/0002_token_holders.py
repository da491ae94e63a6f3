"""Fencing tokens say who drew them, under which value of the lock, and for which resources.

A token alone orders writes; with its holder it can be told after an incident who believed to hold what. A migration killed
half-way is simply run again.
"""

import sqlalchemy
from alembic import op

revision = "order_0002"
down_revision = "order_0001"

COLUMNS = {
    "names": "names JSON NULL",
    "holder": "holder VARCHAR(160) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT ''",
}


def upgrade() -> None:
    there = {column["name"] for column in sqlalchemy.inspect(op.get_bind()).get_columns("fencing_tokens")}
    for name, column in COLUMNS.items():
        if name not in there:
            op.execute(f"ALTER TABLE fencing_tokens ADD COLUMN {column}")


def downgrade() -> None:
    for name in COLUMNS:
        op.execute(f"ALTER TABLE fencing_tokens DROP COLUMN {name}")
