"""Makes the schema and the account of each service on a MySQL server: `python -m system.common.schemas`.

ROOT_URL is the address of an account that may do so; each variable SCHEMA_URL_* is the DATABASE_URL of one service, so
that a password stands in one place. Doing it again changes nothing but passwords that have changed. A deployment runs it
once before the migrations; the harness's stacks make accounts in their own way.
"""

import os
import sys
from collections.abc import Mapping

from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import ArgumentError

Statement = tuple[str, tuple[str, ...]]


def statements(url: str) -> list[Statement]:
    """What makes the account and the schema that an address names. Raises ValueError when it does not name them."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = make_url("mysql://")
    user, password, schema = parsed.username, parsed.password, parsed.database
    if not user or not password or not schema or "`" in schema:
        raise ValueError(f"an address with user, password and schema is needed: {parsed.render_as_string(hide_password=True)}")
    return [
        (f"CREATE DATABASE IF NOT EXISTS `{schema}` CHARACTER SET utf8mb4", ()),
        ("CREATE USER IF NOT EXISTS %s@'%%' IDENTIFIED BY %s", (user, password)),
        ("ALTER USER %s@'%%' IDENTIFIED BY %s", (user, password)),
        (f"GRANT ALL ON `{schema}`.* TO %s@'%%'", (user,)),
    ]


def owned(environment: Mapping[str, str]) -> list[str]:
    """The addresses of all services."""
    return [url for name, url in sorted(environment.items()) if name.startswith("SCHEMA_URL_")]


def main(environment: Mapping[str, str]) -> int:
    """Make them all; returns the exit code. Raises sqlalchemy's OperationalError when the server cannot be reached."""
    root, urls = environment.get("ROOT_URL", ""), owned(environment)
    if not root or not urls:
        sys.stderr.write("usage: ROOT_URL=mysql://… SCHEMA_URL_ORDER=mysql://… python -m system.common.schemas\n")
        return 2
    engine = create_engine(make_url(root).set(drivername="mysql+pymysql"))
    with engine.connect() as connection:
        for statement, values in (each for url in urls for each in statements(url)):
            connection.exec_driver_sql(statement, values)
    engine.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ))
