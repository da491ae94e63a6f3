"""The tables of the user schema, as the migrations leave them."""

from sqlalchemy import BigInteger, Column, Computed, DateTime, MetaData, SmallInteger, String, Table

metadata = MetaData()

USERS = Table(
    "users",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("email", String(254), nullable=False, unique=True),
    Column("name", String(100), nullable=False),
    Column("password_hash", String(255), nullable=False),
    Column("role", String(16), nullable=False),
    Column("version", BigInteger, nullable=False),
    # The highest version the cache is known to have taken; below `version` while a change is still to be announced.
    Column("announced_version", BigInteger, nullable=False),
    Column("unannounced", SmallInteger, Computed("announced_version < version", persisted=True)),
    Column("created_at", DateTime, nullable=False),
)

REFRESH_TOKENS = Table(
    "refresh_tokens",
    metadata,
    Column("jti", String(36), primary_key=True),
    Column("family", String(36), nullable=False),
    Column("user_id", String(36), nullable=False),
    Column("expires_at", DateTime, nullable=False),
    Column("used_at", DateTime),
    Column("revoked_at", DateTime),
)

ENDED_SESSIONS = Table(
    "ended_sessions",
    metadata,
    Column("family", String(36), primary_key=True),
    Column("account", String(36), nullable=False),
    Column("ended_at", DateTime, nullable=False),
    # Whether the cache has taken it.
    Column("announced", SmallInteger, nullable=False),
)
