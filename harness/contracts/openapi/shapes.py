"""What a schema accepts, in a form in which equal meaning looks equal: alternatives of one JSON type each.

`{"type": ["string", "null"]}`, `{"anyOf": [{"type": "string"}, {"type": "null"}]}` and 3.0's `nullable` are the same two
shapes. What lies below (items, properties) is kept as schemas to be read when they are compared, so recursive schemas end.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Node = Any
"""A schema as it stands in the document: a mapping, or a boolean."""
Nodes = tuple[Node, ...]
"""Schemas that must all hold; none means anything goes."""
Bound = tuple[float, int]
"""A limit and how it counts at that very value, so that bounds compare: an upper bound is (N, 1), exclusive (N, 0); a
lower one (N, 0), exclusive (N, 1)."""

NULL, BOOLEAN, INTEGER, NUMBER, STRING, ARRAY, OBJECT = "null", "boolean", "integer", "number", "string", "array", "object"
TYPES = (NULL, BOOLEAN, NUMBER, STRING, ARRAY, OBJECT)
"""All there is: an integer is a number."""


@dataclass(frozen=True)
class Shape:
    """Values of one type. `enum` are JSON texts, None when any value goes; `name` is for people."""

    type: str
    name: str = field(default="", compare=False)
    enum: frozenset[str] | None = None
    upper: Mapping[str, Bound] = field(default_factory=dict)
    lower: Mapping[str, Bound] = field(default_factory=dict)
    patterns: frozenset[str] = frozenset()
    formats: frozenset[str] = frozenset()
    multiples: frozenset[float] = frozenset()
    unique: bool = False
    items: Nodes = ()
    properties: Mapping[str, Nodes] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    groups: frozenset[frozenset[str]] = frozenset()
    """Of these sets of properties one must be there, too; none means no more than `required`."""
    additional: Nodes = ()
    others: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Keywords that no rule can order, as JSON texts."""


@dataclass(frozen=True)
class Discriminator:
    """The property that tells alternatives apart, and the values it may have where they are listed."""

    property: str
    values: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Schema:
    """The shapes of a schema and what it says beside them. No shapes: nothing is accepted. `default` is a JSON text."""

    shapes: tuple[Shape, ...]
    default: str | None = None
    read_only: bool = False
    write_only: bool = False
    discriminator: Discriminator | None = None

    @property
    def forbids(self) -> bool:
        """Whether nothing is accepted."""
        return not self.shapes

    @property
    def free(self) -> bool:
        """Whether anything is accepted."""
        return {shape.type for shape in self.shapes if shape == Shape(shape.type)}.issuperset(TYPES)
