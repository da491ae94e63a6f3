"""Orders, their lines, sagas, outbox, and the counter behind fencing tokens."""

from alembic import op

revision = "order_0001"
down_revision = None

OPTIONS = "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4"
UUID = "CHAR(36) CHARACTER SET ascii COLLATE ascii_bin"
NOW = "DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)"

STATEMENTS = (
    f"""
    CREATE TABLE orders (
        id {UUID} NOT NULL PRIMARY KEY,
        user_id {UUID} NOT NULL,
        idempotency_key VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
        fingerprint CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        customer_email VARCHAR(254) NOT NULL,
        status VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        reason VARCHAR(100) NOT NULL DEFAULT '',
        total_minor BIGINT NULL,
        currency CHAR(3) NULL,
        payment_id VARCHAR(100) NOT NULL DEFAULT '',
        recipient VARCHAR(200) NOT NULL,
        street VARCHAR(200) NOT NULL,
        city VARCHAR(100) NOT NULL,
        postal_code VARCHAR(20) NOT NULL,
        country CHAR(2) NOT NULL,
        created_at {NOW},
        updated_at {NOW} ON UPDATE CURRENT_TIMESTAMP(6),
        expires_at DATETIME(6) NULL,
        UNIQUE KEY one_order_per_key (user_id, idempotency_key),
        KEY by_user (user_id, created_at, id),
        KEY by_expiry (status, expires_at)
    ) {OPTIONS}
    """,
    f"""
    CREATE TABLE order_items (
        order_id {UUID} NOT NULL,
        position INT NOT NULL,
        product_id {UUID} NOT NULL,
        quantity BIGINT NOT NULL CHECK (quantity > 0),
        name VARCHAR(200) NOT NULL DEFAULT '',
        unit_price_minor BIGINT NULL,
        currency CHAR(3) NULL,
        PRIMARY KEY (order_id, position)
    ) {OPTIONS}
    """,
    # AUTO_INCREMENT only counts up, across restarts too (InnoDB persists it since MySQL 8.0 and MariaDB 10.2.4).
    f"""
    CREATE TABLE fencing_tokens (
        token BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
        resources INT NOT NULL,
        drawn_at {NOW}
    ) {OPTIONS}
    """,
    f"""
    CREATE TABLE sagas (
        id {UUID} NOT NULL PRIMARY KEY,
        kind VARCHAR(20) NOT NULL,
        subject {UUID} NOT NULL,
        active BOOLEAN NULL,
        state VARCHAR(20) NOT NULL,
        step INT NOT NULL,
        attempts INT NOT NULL,
        reason VARCHAR(100) NOT NULL,
        data JSON NOT NULL,
        lease VARCHAR(100) NOT NULL,
        lease_until DATETIME(6) NOT NULL,
        due_at {NOW},
        created_at {NOW},
        updated_at {NOW} ON UPDATE CURRENT_TIMESTAMP(6),
        UNIQUE KEY one_active_saga_per_subject (subject, active),
        KEY by_due (active, due_at)
    ) {OPTIONS}
    """,
    f"""
    CREATE TABLE saga_steps (
        id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
        saga_id {UUID} NOT NULL,
        step VARCHAR(40) NOT NULL,
        direction VARCHAR(10) NOT NULL,
        outcome VARCHAR(120) NOT NULL,
        executor VARCHAR(100) NOT NULL,
        at {NOW},
        KEY by_saga (saga_id)
    ) {OPTIONS}
    """,
    f"""
    CREATE TABLE outbox (
        id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
        message_id {UUID} NOT NULL UNIQUE,
        topic VARCHAR(100) NOT NULL,
        payload MEDIUMBLOB NOT NULL,
        headers JSON NOT NULL,
        attempts INT NOT NULL DEFAULT 0,
        due_at {NOW},
        KEY by_due (due_at)
    ) {OPTIONS}
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in ("outbox", "saga_steps", "sagas", "fencing_tokens", "order_items", "orders"):
        op.execute(f"DROP TABLE {table}")
