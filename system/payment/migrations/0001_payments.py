"""Payments, the outbox to notification, the inbox for orders' events."""

from alembic import op

revision = "payment_0001"
down_revision = None

STATEMENTS = (
    # Money is held, or may be, for at most one payment of an order, and one payment holds money for at most one order:
    # the two generated columns are NULL, and so not unique, wherever that is settled. A payment without an amount was
    # refunded before it was ever begun: nothing can have been taken. (MariaDB indexes no expression over CHAR, hence VARCHAR.)
    """
    CREATE TABLE payments (
        id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
        order_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        provider_payment_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        amount_minor BIGINT NULL,
        currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NULL,
        status VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        reason VARCHAR(64) NOT NULL DEFAULT '',
        refund_asked BOOLEAN NOT NULL DEFAULT FALSE,
        created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
        updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
        order_in_force VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin GENERATED ALWAYS AS (
            CASE WHEN status = 'CAPTURED' OR (status = 'PENDING' AND amount_minor IS NOT NULL) THEN order_id END
        ) VIRTUAL,
        payment_captured VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin GENERATED ALWAYS AS (
            CASE WHEN status = 'CAPTURED' THEN provider_payment_id END
        ) VIRTUAL,
        UNIQUE KEY one_row_per_order_and_payment (order_id, provider_payment_id),
        UNIQUE KEY one_payment_in_force_per_order (order_in_force),
        UNIQUE KEY one_order_per_captured_payment (payment_captured)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
    """,
    """
    CREATE TABLE outbox (
        id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
        message_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        topic VARCHAR(100) NOT NULL,
        payload MEDIUMBLOB NOT NULL,
        headers JSON NOT NULL,
        attempts INT NOT NULL DEFAULT 0,
        due_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
        UNIQUE KEY one_row_per_message (message_id),
        KEY by_due_at (due_at)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
    """,
    """
    CREATE TABLE inbox (
        message_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
        handled_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
    """,
)


def upgrade() -> None:
    """Apply."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Undo."""
    for table in ("inbox", "outbox", "payments"):
        op.execute(f"DROP TABLE {table}")
