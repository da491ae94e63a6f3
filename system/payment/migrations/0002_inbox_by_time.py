"""Handled messages are found by their time, to be forgotten when they are past.

A migration killed half-way is simply run again.
"""

import sqlalchemy
from alembic import op

revision = "payment_0002"
down_revision = "payment_0001"


def upgrade() -> None:
    there = {index["name"] for index in sqlalchemy.inspect(op.get_bind()).get_indexes("inbox")}
    if "by_time" not in there:
        op.execute("CREATE INDEX by_time ON inbox (handled_at)")


def downgrade() -> None:
    op.execute("DROP INDEX by_time ON inbox")
