"""Confirmations: one row per order, which says whether its mail was sent."""

from alembic import op

revision = "notification_0001"
down_revision = None


def upgrade() -> None:
    """Apply."""
    op.execute("""
        CREATE TABLE confirmations (
            order_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
            recipient VARCHAR(320) NOT NULL,
            message_id VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            state VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            attempts INT NOT NULL DEFAULT 0,
            claimed_until DATETIME(6) NULL,
            sent_at DATETIME(6) NULL,
            created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
        ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
    """)


def downgrade() -> None:
    """Undo."""
    op.execute("DROP TABLE confirmations")
