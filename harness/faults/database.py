"""Connections of faults to a MySQL or MariaDB server, as its administrator or as a schema's account: not through any proxy."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pymysql
from pymysql.cursors import Cursor

from harness.faults.control import HasStack
from harness.faults.protocol import AssumptionError
from harness.stack.manifest import MysqlAccess
from harness.stack.ports import HOST

TIMEOUT_S = 10


def assume_database(subject: HasStack, server: str) -> None:
    """Raises AssumptionError when a member is no MySQL server, or nobody may administer it."""
    if server not in subject.stack.manifest.admin or not accounts(subject, server):
        raise AssumptionError(f"{server} is no MySQL or MariaDB server that can be administered")


def accounts(subject: HasStack, server: str) -> list[MysqlAccess]:
    """The ordinary accounts on a server."""
    ports = set(subject.stack.instance(server).ports.values())
    return [each for each in subject.stack.manifest.mysql.values() if each.port in ports]


@contextmanager
def administering(subject: HasStack, server: str, *, autocommit: bool = True) -> Iterator[Cursor]:
    """A cursor of a new connection of the administrator. Raises pymysql.MySQLError, also within the block."""
    access = subject.stack.manifest.admin[server]
    with _connected(access.port, access.user, access.password, autocommit=autocommit) as cursor:
        yield cursor


@contextmanager
def ordinary(access: MysqlAccess) -> Iterator[Cursor]:
    """A cursor of a new connection of a schema's account. Raises pymysql.MySQLError, also within the block."""
    with _connected(access.port, access.user, access.password, schema=access.schema) as cursor:
        yield cursor


def code_of(error: pymysql.MySQLError) -> int:
    """The server's error code; 0 when the connection broke."""
    return error.args[0] if error.args and isinstance(error.args[0], int) else 0


@contextmanager
def _connected(port: int, user: str, password: str, *, schema: str | None = None, autocommit: bool = True) -> Iterator[Cursor]:
    connection = pymysql.connect(
        host=HOST,
        port=port,
        user=user,
        password=password,
        database=schema,
        connect_timeout=TIMEOUT_S,
        read_timeout=TIMEOUT_S,
        autocommit=autocommit,
    )
    with closing(connection), connection.cursor() as cursor:
        yield cursor
