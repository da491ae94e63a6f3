"""Reads the databases of a stack as an auditor would: on connections of its own, past every proxy."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Protocol

import pymysql
from pymysql.cursors import DictCursor

from harness.history import Row

TIMEOUT_S = 5
SNAPSHOT = (
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
)
"""From here on a connection sees one moment: what others commit later is not there for it."""


class Access(Protocol):
    """How to get into one schema."""

    @property
    def host(self) -> str:
        """Where the server is."""

    @property
    def port(self) -> int:
        """Its port."""

    @property
    def user(self) -> str:
        """The schema's account."""

    @property
    def password(self) -> str:
        """The account's password."""

    @property
    def schema(self) -> str:
        """Its name."""


@contextmanager
def connected(access: Access) -> Iterator[DictCursor]:
    """A cursor of a connection of its own. Times are UTC. Raises pymysql.MySQLError, also within the block."""
    connection = pymysql.connect(
        host=access.host,
        port=access.port,
        user=access.user,
        password=access.password,
        database=access.schema,
        connect_timeout=TIMEOUT_S,
        read_timeout=TIMEOUT_S,
        cursorclass=DictCursor,
        init_command="SET time_zone = '+00:00'",
    )
    with closing(connection), connection.cursor() as cursor:
        yield cursor


def rows(access: Access, query: str) -> tuple[Row, ...]:
    """What a query says at present. Raises pymysql.MySQLError."""
    with connected(access) as cursor:
        cursor.execute(query)
        return tuple(cursor.fetchall())


def count(access: Access, query: str) -> int:
    """The number that `SELECT COUNT(*) AS n` says. Raises pymysql.MySQLError."""
    (row,) = rows(access, query)
    return int(str(row["n"]))


def snapshot(access: Access, queries: Mapping[str, str], clock_ns: int = 0) -> dict[str, tuple[Row, ...]]:
    """What queries by name say of one moment of a schema; they may use `@clock_ns`. Raises pymysql.MySQLError."""
    found: dict[str, tuple[Row, ...]] = {}
    with connected(access) as cursor:
        cursor.execute("SET @clock_ns = %s", (clock_ns,))
        for statement in SNAPSHOT:
            cursor.execute(statement)
        for name, query in queries.items():
            cursor.execute(query)
            found[name] = tuple(cursor.fetchall())
    return found
