"""Refused writes are found by their time, to be deleted when they are past.

A migration killed half-way is simply run again.
"""

import sqlalchemy
from alembic import op

revision = "product_0003"
down_revision = "product_0002"


def upgrade() -> None:
    there = {index["name"] for index in sqlalchemy.inspect(op.get_bind()).get_indexes("fenced_off")}
    if "by_time" not in there:
        op.execute("CREATE INDEX by_time ON fenced_off (refused_at)")


def downgrade() -> None:
    op.execute("DROP INDEX by_time ON fenced_off")
