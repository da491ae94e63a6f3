"""A place that says something about a value: a property of a model, a field of a message, a column of a table, a constant."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a value is."""

    TEXT = "text"
    WHOLE = "whole number"
    NUMBER = "number"
    BOOL = "boolean"
    TIME = "time"
    BYTES = "bytes"
    LIST = "list"
    OBJECT = "object"
    ENUM = "enum"
    JSON = "JSON"
    LIMIT = "limit"
    """A constant of the code: it says nothing of the kind."""


@dataclass(frozen=True)
class Place:
    """`name` is unique: `gateway:Order.total`, `proto:shop.order.v1.Order.total`, `sql:order.orders.currency`,
    `domain:order.domain.MAX_LINES`. `limits` are min, max, min_length, max_length, min_items and max_items, as far as stated;
    `values` those of an enum. A `must` place is one where values come in: it has to state a limit that others state.
    """

    name: str
    kind: Kind
    limits: Mapping[str, int] = field(default_factory=dict)
    values: frozenset[str] = frozenset()
    must: bool = False

    @property
    def side(self) -> str:
        """The part of the system: gateway, proto, sql or domain."""
        return self.name.partition(":")[0]


SAME: Mapping[frozenset[Kind], bool] = {
    frozenset({Kind.ENUM, Kind.TEXT}): True,
    frozenset({Kind.JSON, Kind.LIST}): True,
    frozenset({Kind.JSON, Kind.OBJECT}): True,
}


def alike(one: Kind, other: Kind) -> bool:
    """Whether a value of one kind is kept as the other: a table has no lists, and its enums are text."""
    return one is other or Kind.LIMIT in (one, other) or SAME.get(frozenset({one, other}), False)
