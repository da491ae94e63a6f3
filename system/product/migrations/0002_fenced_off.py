"""Refused writes of lock holders that had been overtaken: a refusal leaves nothing else behind."""

from alembic import op

revision = "product_0002"
down_revision = "product_0001"

TABLE = """
    CREATE TABLE IF NOT EXISTS fenced_off (
        id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
        product_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        token BIGINT NOT NULL,
        written BIGINT NOT NULL,
        refused_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
    """


def upgrade() -> None:
    op.execute(TABLE)


def downgrade() -> None:
    op.execute("DROP TABLE fenced_off")
