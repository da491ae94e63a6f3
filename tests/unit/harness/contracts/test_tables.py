"""Old code on new tables: what breaks its statements is named, what it does not notice is not."""

from typing import Any

import pytest

from harness.contracts.documents import Documents, as_json
from harness.contracts.tables import TablesChecker

NAME = {"type": "varchar", "length": 40, "nullable": False}
UNITS = {"type": "int", "nullable": False}
KIND = {"type": "enum", "values": ["A", "B"], "nullable": True}
OLD = {"orders": {"name": NAME, "units": UNITS, "kind": KIND}}


def orders(**columns: Any) -> dict[str, Any]:
    return {"orders": {name: column for name, column in (OLD["orders"] | columns).items() if column is not None}}


def found(new: dict[str, Any]) -> set[tuple[str, str]]:
    old = Documents("1.0.0", {"sql.json": as_json({"shop": OLD})})
    now = Documents("current", {"sql.json": as_json({"shop": new})})
    return {(each.rule, each.where) for each in TablesChecker().check(old, now)}


BREAKING = {
    "no such table": ({}, ("table-removed", "shop.orders")),
    "no such column": (orders(name=None), ("column-removed", "shop.orders.name")),
    "another name": (orders(name=None, title=NAME | {"nullable": True}), ("column-removed", "shop.orders.name")),
    "shorter": (orders(name=NAME | {"length": 30}), ("column-narrowed", "shop.orders.name")),
    "smaller": (orders(units=UNITS | {"type": "smallint"}), ("column-narrowed", "shop.orders.units")),
    "a value less": (orders(kind=KIND | {"values": ["A"]}), ("column-narrowed", "shop.orders.kind")),
    "another type": (orders(units=UNITS | {"type": "datetime"}), ("column-retyped", "shop.orders.units")),
    "null no longer": (orders(kind=KIND | {"nullable": False}), ("column-not-null", "shop.orders.kind")),
    "null now": (orders(name=NAME | {"nullable": True}), ("column-may-be-null", "shop.orders.name")),
    "wanted": (orders(note={"type": "int", "nullable": False}), ("column-wanted", "shop.orders.note")),
}
HARMLESS = {
    "nothing": orders(),
    "longer": orders(name=NAME | {"length": 80}),
    "larger": orders(units=UNITS | {"type": "bigint"}),
    "a value more": orders(kind=KIND | {"values": ["A", "B", "C"]}),
    "may be null": orders(note={"type": "int", "nullable": True}),
    "has a default": orders(note={"type": "int", "nullable": False, "filled": True}),
    "a new table": OLD | {"notes": {"id": {"type": "int", "nullable": False}}},
}


@pytest.mark.parametrize("name", BREAKING)
def test_what_breaks_old_code_is_named(name: str) -> None:
    new, expected = BREAKING[name]
    assert found(new) == {expected}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_old_code_does_not_notice_is_fine(name: str) -> None:
    assert found(HARMLESS[name]) == set()
