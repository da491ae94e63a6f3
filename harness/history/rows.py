"""Rows of observations made of dataclasses: of JSON values alone, so that they are written as they are and read back equal."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from harness.history.records import Row

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def row_of(value: "DataclassInstance") -> Row:
    """The fields of a dataclass; tuples become lists, as JSON has them, also in dataclasses within it."""
    return asdict(value, dict_factory=_json)


def _json(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in fields}
