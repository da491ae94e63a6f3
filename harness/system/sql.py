"""Reads the databases of a stack on its own connections, not through any proxy."""

from collections.abc import Iterator, Mapping, Sequence
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
"""A connection then reads one consistent snapshot; later commits are invisible."""


class Access(Protocol):
    """Address and credentials of one schema."""

    @property
    def host(self) -> str:
        """The server's host."""

    @property
    def port(self) -> int:
        """The server's port."""

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
    """A cursor of a new connection. Times are UTC. Raises pymysql.MySQLError, also within the block."""
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


def rows(access: Access, query: str, parameters: Sequence[object] = ()) -> tuple[Row, ...]:
    """The rows of a query with `%s` for each parameter. Raises pymysql.MySQLError."""
    with connected(access) as cursor:
        cursor.execute(query, parameters or None)
        return tuple(cursor.fetchall())


def count(access: Access, query: str) -> int:
    """The result of a `SELECT COUNT(*) AS n`. Raises pymysql.MySQLError."""
    (row,) = rows(access, query)
    return int(str(row["n"]))


def snapshot(access: Access, queries: Mapping[str, str], clock_ns: int = 0) -> dict[str, tuple[Row, ...]]:
    """The rows of queries, by name, in one snapshot of a schema; they may use `@clock_ns`. Raises pymysql.MySQLError."""
    found: dict[str, tuple[Row, ...]] = {}
    with connected(access) as cursor:
        cursor.execute("SET @clock_ns = %s", (clock_ns,))
        for statement in SNAPSHOT:
            cursor.execute(statement)
        for name, query in queries.items():
            cursor.execute(query)
            found[name] = tuple(cursor.fetchall())
    return found
