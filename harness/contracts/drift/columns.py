"""Places of the databases: every column of every table, `sql:order.orders.status`, read from the running ones.

The document is the information_schema in terms that MySQL and MariaDB share (which keeps JSON as long text).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pymysql

from harness.contracts.checker import SourceError
from harness.contracts.documents import as_json
from harness.contracts.drift.places import Kind, Place
from harness.stack.view import StackView
from harness.system.sql import rows

SIDE = "sql"
DOCUMENT = "sql.json"
_LONG = 2**32 - 1
_COLUMNS = (
    "SELECT TABLE_NAME AS of_table, COLUMN_NAME AS name, DATA_TYPE AS type, COLUMN_TYPE AS whole,"
    " CHARACTER_MAXIMUM_LENGTH AS length, IS_NULLABLE AS nullable, COLUMN_DEFAULT AS standard, EXTRA AS extra"
    " FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, ORDINAL_POSITION"
)
_BY_ITSELF = ("auto_increment", "generated")
_WHOLE = {"tinyint": 8, "smallint": 16, "mediumint": 24, "int": 32, "bigint": 64}
_KINDS = {
    **dict.fromkeys(("char", "varchar", "text", "tinytext", "mediumtext", "longtext"), Kind.TEXT),
    **dict.fromkeys(_WHOLE, Kind.WHOLE),
    **dict.fromkeys(("decimal", "double", "float"), Kind.NUMBER),
    **dict.fromkeys(("datetime", "timestamp", "date"), Kind.TIME),
    **dict.fromkeys(("binary", "varbinary", "blob", "mediumblob", "longblob", "tinyblob"), Kind.BYTES),
    "json": Kind.JSON,
    "enum": Kind.ENUM,
}


@dataclass(frozen=True)
class Columns:
    """A LiveSource: the columns of all schemas of a stack, those of tables in `without` left out."""

    without: frozenset[str] = frozenset()
    document: str = DOCUMENT

    def read(self, stack: StackView) -> bytes:
        """See LiveSource."""
        try:
            return as_json({schema: self._tables(stack, schema) for schema in stack.manifest.mysql})
        except pymysql.MySQLError as error:
            raise SourceError(f"the databases' columns: {error}") from error

    def _tables(self, stack: StackView, schema: str) -> dict[str, dict[str, Any]]:
        tables: dict[str, dict[str, Any]] = {}
        for row in rows(stack.mysql(schema), _COLUMNS):
            if row["of_table"] not in self.without:
                tables.setdefault(str(row["of_table"]), {})[str(row["name"])] = _described(row)
        return tables


def _described(row: Mapping[str, Any]) -> dict[str, Any]:
    long_text = row["type"] == "longtext" and row["length"] == _LONG
    described: dict[str, Any] = {"type": "json" if long_text else row["type"], "nullable": row["nullable"] == "YES"}
    if described["type"] in _WHOLE and "unsigned" in str(row["whole"]):
        described["unsigned"] = True
    if str(row["whole"]) == "tinyint(1)":
        described["type"] = "bool"
    if row["length"] is not None and described["type"] != "json" and _KINDS.get(row["type"]) is Kind.TEXT:
        described["length"] = int(row["length"])
    if row["standard"] not in (None, "NULL") or any(word in str(row["extra"]).lower() for word in _BY_ITSELF):
        described["filled"] = True
    if row["type"] == "enum":
        described["values"] = re.findall(r"'((?:[^']|'')*)'", str(row["whole"]))
    return described


def column_places(document: Mapping[str, Any]) -> Iterator[Place]:
    """All columns of such a document."""
    for schema, tables in sorted(document.items()):
        for table, columns in sorted(tables.items()):
            for name, column in sorted(columns.items()):
                kind = Kind.BOOL if column["type"] == "bool" else _KINDS.get(column["type"], Kind.BYTES)
                limits = {"max_length": column["length"]} if "length" in column else {}
                values = frozenset(column.get("values", ()))
                yield Place(f"{SIDE}:{schema}.{table}.{name}", kind, limits, values)


def largest(document: Mapping[str, Any], place: str) -> int | None:
    """The largest whole number that a column holds; None for one of another kind."""
    schema, table, name = place.partition(":")[2].split(".")
    column = document[schema][table][name]
    bits = _WHOLE.get(column["type"])
    return None if bits is None else 2 ** (bits if column.get("unsigned") else bits - 1) - 1
