"""The checker `tables`: what the last release reads and writes is still there after this version's migrations.

While a deploy is under way old code works on the new tables: a column that is gone, of another type, or wanted without a
default breaks its statements. (Ambler, Sadalage, "Refactoring Databases": a change of a schema is done in two releases.)
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.contracts.documents import Documents
from harness.contracts.drift.columns import DOCUMENT
from harness.contracts.finding import Finding, Level

CONTRACT = "tables"
_ORDER = ("tinyint", "smallint", "mediumint", "int", "bigint")
_TEXTS = ("char", "varchar", "tinytext", "text", "mediumtext", "longtext")
_FAMILIES = (_ORDER, _TEXTS)
Column = Mapping[str, Any]


@dataclass(frozen=True)
class TablesChecker:
    """See ContractChecker."""

    name: str = CONTRACT
    about: str = "After this version's migrations the last release still reads and writes its tables."
    released: tuple[str, ...] = (DOCUMENT,)
    current: tuple[str, ...] = (DOCUMENT,)

    def check(self, released: Documents, current: Documents) -> Iterable[Finding]:
        """See ContractChecker."""
        old, new = _flat(released.json(DOCUMENT)), _flat(current.json(DOCUMENT))
        for table in sorted(old):
            if table not in new:
                yield _error("table-removed", table, "the last release still uses it")
                continue
            yield from _compared(table, old[table], new[table])


def _flat(document: Mapping[str, Mapping[str, Mapping[str, Column]]]) -> dict[str, Mapping[str, Column]]:
    return {f"{schema}.{table}": columns for schema, tables in document.items() for table, columns in tables.items()}


def _compared(table: str, old: Mapping[str, Column], new: Mapping[str, Column]) -> Iterator[Finding]:
    for name, column in sorted(old.items()):
        where = f"{table}.{name}"
        if name not in new:
            yield _error("column-removed", where, "statements of the last release name it")
        else:
            yield from _changed(where, column, new[name])
    for name in sorted(new.keys() - old.keys()):
        if not new[name]["nullable"] and not new[name].get("filled"):
            told = "a row that the last release inserts has no value for it: give it a default, or let it be null"
            yield _error("column-wanted", f"{table}.{name}", told)


def _changed(where: str, old: Column, new: Column) -> Iterator[Finding]:
    if _narrower(old, new):
        yield _error("column-narrowed", where, f"{_told(old)} was, {_told(new)} is: values of before may not fit")
    elif old["type"] != new["type"] and not _wider(old["type"], new["type"]):
        yield _error("column-retyped", where, f"{_told(old)} was, {_told(new)} is")
    if gone := sorted(set(old.get("values", ())) - set(new.get("values", ()))):
        yield _error("column-narrowed", where, f"it no longer takes {', '.join(gone)}")
    if old["nullable"] and not new["nullable"]:
        yield _error("column-not-null", where, "the last release may write null")
    if new["nullable"] and not old["nullable"]:
        message = "the last release does not expect to read null"
        yield Finding(CONTRACT, "column-may-be-null", where, Level.WARN, message)


def _narrower(old: Column, new: Column) -> bool:
    shorter = old.get("length", 0) > new.get("length", old.get("length", 0))
    return shorter or (old["type"] != new["type"] and _wider(new["type"], old["type"]))


def _wider(old: str, new: str) -> bool:
    return any(old in family and new in family and family.index(old) < family.index(new) for family in _FAMILIES)


def _told(column: Column) -> str:
    return f"{column['type']}({column['length']})" if "length" in column else str(column["type"])


def _error(rule: str, where: str, message: str) -> Finding:
    return Finding(CONTRACT, rule, where, Level.ERR, message)
