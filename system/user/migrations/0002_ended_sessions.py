"""Sessions that were ended before their access tokens ran out, and an index that finds the admins."""

from alembic import op

revision = "user_0002"
down_revision = "user_0001"

ID = "CHAR(36) CHARACTER SET ascii COLLATE ascii_bin"

ENDED_SESSIONS = f"""
CREATE TABLE IF NOT EXISTS ended_sessions (
    family {ID} NOT NULL PRIMARY KEY,
    account {ID} NOT NULL,
    ended_at DATETIME(6) NOT NULL,
    announced TINYINT(1) NOT NULL DEFAULT 0,
    KEY ended_sessions_account (account),
    KEY ended_sessions_announced (announced),
    KEY ended_sessions_ended_at (ended_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
"""


def upgrade() -> None:
    op.execute(ENDED_SESSIONS)
    op.execute("CREATE INDEX users_role ON users (role)")


def downgrade() -> None:
    op.execute("DROP INDEX users_role ON users")
    op.execute("DROP TABLE ended_sessions")
