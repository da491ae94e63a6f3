"""Reads the databases of a stack as an auditor would: on connections of its own, past every proxy."""

import time
from contextlib import closing
from typing import Protocol

import pymysql
from pymysql.cursors import DictCursor

from harness.history import Row

TIMEOUT_S = 5


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


def rows(access: Access, query: str) -> tuple[Row, ...]:
    """What a query says at present; it may use `@clock_ns`. Times are UTC. Raises pymysql.MySQLError."""
    connection = pymysql.connect(
        host=access.host,
        port=access.port,
        user=access.user,
        password=access.password,
        database=access.schema,
        connect_timeout=TIMEOUT_S,
        read_timeout=TIMEOUT_S,
        cursorclass=DictCursor,
        init_command=f"SET time_zone = '+00:00', @clock_ns = {time.time_ns() - time.monotonic_ns()}",
    )
    with closing(connection), connection.cursor() as cursor:
        cursor.execute(query)
        return tuple(cursor.fetchall())


def count(access: Access, query: str) -> int:
    """The number that `SELECT COUNT(*) AS n` says. Raises pymysql.MySQLError."""
    (row,) = rows(access, query)
    return int(str(row["n"]))
