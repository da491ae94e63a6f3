"""Accounts and refresh tokens."""

from alembic import op

revision = "user_0001"
down_revision = None

ID = "CHAR(36) CHARACTER SET ascii COLLATE ascii_bin"

USERS = f"""
CREATE TABLE users (
    id {ID} NOT NULL PRIMARY KEY,
    email VARCHAR(254) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    name VARCHAR(100) NOT NULL,
    password_hash VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    role VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    announced_version BIGINT NOT NULL DEFAULT 1,
    unannounced TINYINT(1) GENERATED ALWAYS AS (announced_version < version) STORED,
    created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    UNIQUE KEY users_email (email),
    KEY users_unannounced (unannounced)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
"""

REFRESH_TOKENS = f"""
CREATE TABLE refresh_tokens (
    jti {ID} NOT NULL PRIMARY KEY,
    family {ID} NOT NULL,
    user_id {ID} NOT NULL,
    expires_at DATETIME(6) NOT NULL,
    used_at DATETIME(6) NULL,
    revoked_at DATETIME(6) NULL,
    KEY refresh_tokens_family (family),
    KEY refresh_tokens_expires_at (expires_at),
    CONSTRAINT refresh_tokens_user FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
"""


def upgrade() -> None:
    op.execute(USERS)
    op.execute(REFRESH_TOKENS)


def downgrade() -> None:
    op.execute("DROP TABLE refresh_tokens")
    op.execute("DROP TABLE users")
