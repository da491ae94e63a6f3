"""A schema of its own on a MySQL or MariaDB server, with an account that can do everything in it and nothing elsewhere."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar

import pymysql
from pymysql.cursors import Cursor

from harness.stack.namespaces.parts import NamespaceFailed, Part, Spot, part
from harness.stack.ports import HOST

_CONNECT_S = 10
_LOCK_S = 5
_NO_SUCH_THREAD = 1094
_EXISTS = (1007, 1396)  # a schema, an account of that name


@part
class Schema(Part):
    """`order` is `ns3_order` in namespace 3. Its clients are disconnected before it is removed."""

    kind: ClassVar[str] = "mysql"

    def __init__(self, spot: Spot) -> None:
        self._spot = spot
        self._name = f"{spot.name}_{spot.schema}"
        self._password = secrets.token_hex(16)

    def make(self) -> None:
        """See Part."""
        with self._cursor() as cursor:
            try:
                self._create(cursor)
            except pymysql.MySQLError as error:
                if error.args[0] not in _EXISTS:
                    raise
                self._drop(cursor)
                self._create(cursor)

    def empty(self) -> None:
        """See Part. The account's grants outlive the schema."""
        with self._cursor() as cursor:
            self._disconnect(cursor)
            cursor.execute(f"DROP DATABASE IF EXISTS `{self._name}`")
            cursor.execute(f"CREATE DATABASE `{self._name}`")

    def remove(self) -> None:
        """See Part."""
        with self._cursor() as cursor:
            self._drop(cursor)

    def access(self) -> Mapping[str, str]:
        """See Part."""
        return {"user": self._name, "password": self._password, "schema": self._name}

    def _create(self, cursor: Cursor) -> None:
        cursor.execute(f"CREATE DATABASE `{self._name}`")
        # From anywhere: the port is on loopback, and clients of a container come from its engine's bridge.
        cursor.execute(f"CREATE USER '{self._name}'@'%%' IDENTIFIED BY %s", (self._password,))
        cursor.execute(f"GRANT ALL ON `{_literal(self._name)}`.* TO '{self._name}'@'%'")

    def _drop(self, cursor: Cursor) -> None:
        cursor.execute(f"DROP USER IF EXISTS '{self._name}'@'%'")
        self._disconnect(cursor)
        cursor.execute(f"DROP DATABASE IF EXISTS `{self._name}`")

    def _disconnect(self, cursor: Cursor) -> None:
        cursor.execute("SELECT id FROM information_schema.processlist WHERE user = %s", (self._name,))
        for (connection,) in cursor.fetchall():
            with _unless(_NO_SUCH_THREAD):  # it has ended since
                cursor.execute(f"KILL {int(connection)}")

    @contextmanager
    def _cursor(self) -> Iterator[Cursor]:
        admin = self._spot.admin
        try:
            with (
                pymysql.connect(
                    host=HOST,
                    port=admin.port,
                    user=admin.user,
                    password=admin.password,
                    connect_timeout=_CONNECT_S,
                    init_command=f"SET SESSION lock_wait_timeout={_LOCK_S}",
                ) as connection,
                connection.cursor() as cursor,
            ):
                yield cursor
        except (pymysql.MySQLError, OSError) as error:
            raise NamespaceFailed(f"schema {self._name} on {self._spot.server.name}: {error}") from error


def _literal(name: str) -> str:
    """In a GRANT, _ matches any character: escape it."""
    return name.replace("_", r"\_")


@contextmanager
def _unless(code: int) -> Iterator[None]:
    try:
        yield
    except pymysql.MySQLError as error:
        if error.args[0] != code:
            raise
