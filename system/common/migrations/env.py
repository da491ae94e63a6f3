"""Alembic's environment: one connection, one advisory lock, the revisions named in the configuration."""

from alembic import context
from sqlalchemy import create_engine, make_url, text

config = context.config
url = make_url(config.attributes["url"]).set(drivername="mysql+pymysql")
lock = f"migrate-{config.attributes['service']}"

with create_engine(url).connect() as connection:
    if connection.execute(text("SELECT GET_LOCK(:name, 60)"), {"name": lock}).scalar() != 1:
        raise SystemExit(f"another migration of {lock!r} has held its lock for 60 s")
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
    connection.execute(text("SELECT RELEASE_LOCK(:name)"), {"name": lock})
