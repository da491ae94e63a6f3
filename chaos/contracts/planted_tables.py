"""Migrations with which the last release cannot go on, and some that it does not notice."""

from chaos.contracts.planted_drift import TABLES, Edit, edited
from harness.contracts.planted import PlantedChange


def _planted(name: str, rule: str, about: str, edit: Edit) -> PlantedChange:
    return PlantedChange(name=name, contract="tables", rule=rule, about=about, edit=edit)


BREAKING = (
    _planted(
        "column removed",
        "column-removed",
        "Old instances insert a fingerprint with each order.",
        edited(TABLES, "order", "orders", fingerprint=None),
    ),
    _planted(
        "column wanted",
        "column-wanted",
        "Old instances insert orders without it.",
        edited(TABLES, "order", "orders", channel={"type": "varchar", "length": 10, "nullable": False}),
    ),
    _planted(
        "column shortened",
        "column-narrowed",
        "A town of 80 characters was stored before.",
        edited(TABLES, "order", "orders", "city", length=50),
    ),
    _planted(
        "column of another type",
        "column-retyped",
        "Old instances compare a text.",
        edited(TABLES, "order", "orders", "status", type="int"),
    ),
)

HARMLESS = (
    _planted(
        "column added that may be null",
        "",
        "Old statements name their columns.",
        edited(TABLES, "order", "orders", channel={"type": "varchar", "length": 10, "nullable": True}),
    ),
    _planted("column lengthened", "", "What was stored fits.", edited(TABLES, "order", "orders", "city", length=200)),
)

CHANGES = (*BREAKING, *HARMLESS)
