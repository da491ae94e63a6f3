"""The rows of all schemas of a MySQL or MariaDB server: tables are truncated, and the rows of a new stack are inserted again.

Those rows (migrations, first accounts) are kept in a schema of their own on the server. TRUNCATE also sets counters back, and
takes no notice of triggers that refuse changes. Compared are the checksums of all tables.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import ClassVar

import pymysql
from pymysql.cursors import Cursor

from harness.stack.manifest import MemberRecord
from harness.stack.ports import HOST
from harness.stack.reset.contents import Contents, NotClean, administered, contents
from harness.stack.view import StackView

_KEPT = "gauntlet_kept"
_CONNECT_S = 10
_LOCK_S = 5
_SETTINGS = f"SET SESSION lock_wait_timeout={_LOCK_S}, SESSION foreign_key_checks=0"

Table = tuple[str, str]
"""Its schema and its name."""


@contents
class Rows(Contents):
    """Clients may stay connected; one that locks a table for more than 5 s makes the reset fail."""

    kind: ClassVar[str] = "mysql"

    def __init__(self, view: StackView, server: MemberRecord) -> None:
        self._admin = administered(view, server)
        self._name = server.name
        ports = set(server.ports.values())
        self._schemas = [access.schema for access in view.manifest.mysql.values() if access.port in ports]
        self._sums: Mapping[Table, int] = {}
        self._kept: Mapping[Table, str] = {}  # writable columns of the tables that have rows when new

    def remember(self) -> None:
        """See Contents."""
        with self._cursor() as cursor:
            self._sums, kept = self._checksums(cursor), {}
            cursor.execute(f"DROP DATABASE IF EXISTS `{_KEPT}`")
            cursor.execute(f"CREATE DATABASE `{_KEPT}`")
            for table in self._sums:
                if not _empty(cursor, table):
                    kept[table] = _columns(cursor, table)
                    rows = f"SELECT {kept[table]} FROM {_quoted(table)}"  # noqa: S608 - names that the server gave
                    cursor.execute(f"CREATE TABLE {_copy(table)} AS {rows}")
            self._kept = kept

    def restore(self) -> None:
        """See Contents."""
        with self._cursor() as cursor:
            now = self._checksums(cursor)
            for table in now:
                if table in self._kept and now[table] == self._sums[table]:
                    continue
                cursor.execute(f"TRUNCATE TABLE {_quoted(table)}")
                if columns := self._kept.get(table):
                    rows = f"SELECT {columns} FROM {_copy(table)}"  # noqa: S608 - names that the server gave
                    cursor.execute(f"INSERT INTO {_quoted(table)} ({columns}) {rows}")

    def left(self) -> Sequence[str]:
        """See Contents."""
        with self._cursor() as cursor:
            now = self._checksums(cursor)
        gone = [f"table {'.'.join(table)} of {self._name} is gone" for table in self._sums.keys() - now.keys()]
        new = [f"table {'.'.join(table)} of {self._name} was not there" for table in now.keys() - self._sums.keys()]
        changed = [table for table in now.keys() & self._sums.keys() if now[table] != self._sums[table]]
        return sorted([*gone, *new, *(f"table {'.'.join(table)} of {self._name} has other rows" for table in changed)])

    def _checksums(self, cursor: Cursor) -> dict[Table, int]:
        """Of every table, 0 of an empty one."""
        if not self._schemas:
            return {}
        cursor.execute(
            "SELECT table_schema, table_name FROM information_schema.tables"
            " WHERE table_type = 'BASE TABLE' AND table_schema IN %s ORDER BY table_schema, table_name",
            (self._schemas,),
        )
        tables: list[Table] = [(schema, name) for schema, name in cursor.fetchall()]
        if not tables:
            return {}
        cursor.execute(f"CHECKSUM TABLE {', '.join(map(_quoted, tables))}")
        return {table: int(checksum) for table, (_name, checksum) in zip(tables, cursor.fetchall(), strict=True)}

    @contextmanager
    def _cursor(self) -> Iterator[Cursor]:
        admin = self._admin
        try:
            with (
                pymysql.connect(
                    host=HOST,
                    port=admin.port,
                    user=admin.user,
                    password=admin.password,
                    connect_timeout=_CONNECT_S,
                    init_command=_SETTINGS,
                    autocommit=True,
                ) as connection,
                connection.cursor() as cursor,
            ):
                yield cursor
        except (pymysql.MySQLError, OSError) as error:
            raise NotClean(f"{self._name}: {error}") from error


def _quoted(table: Table) -> str:
    schema, name = table
    return f"`{schema}`.`{name}`"


def _copy(table: Table) -> str:
    schema, name = table
    return f"`{_KEPT}`.`{schema}.{name}`"


def _empty(cursor: Cursor, table: Table) -> bool:
    cursor.execute(f"SELECT 1 FROM {_quoted(table)} LIMIT 1")  # noqa: S608 - names that the server gave
    return cursor.fetchone() is None


def _columns(cursor: Cursor, table: Table) -> str:
    """The writable columns: all but generated ones."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s"
        " AND COALESCE(generation_expression, '') = '' ORDER BY ordinal_position",
        table,
    )
    return ", ".join(f"`{name}`" for (name,) in cursor.fetchall())
