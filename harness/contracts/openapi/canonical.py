"""Reads schemas of a document into shapes: references, allOf, anyOf, oneOf, const, types in all their spellings.

anyOf and oneOf are both read as alternatives: that no value matches two of them is not a promise that clients rely on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from harness.contracts.openapi.bounds import lower, upper
from harness.contracts.openapi.expansion import Expansion, text_of
from harness.contracts.openapi.intersection import both, merged
from harness.contracts.openapi.references import BrokenReference, References
from harness.contracts.openapi.shapes import (
    ARRAY,
    BOOLEAN,
    INTEGER,
    NULL,
    NUMBER,
    OBJECT,
    STRING,
    TYPES,
    Discriminator,
    Node,
    Nodes,
    Schema,
    Shape,
)

ANYTHING = tuple(Shape(type_) for type_ in TYPES)
EVERY_STRING = frozenset({"", ".*", "^.*$", "^.*", ".*$"})
"""Patterns that forbid nothing."""
_TRUE_AND_FALSE = frozenset({"true", "false"})
_FORMATTED = (STRING, NUMBER, INTEGER)
_UNORDERED = {
    OBJECT: ("patternProperties", "propertyNames", "dependentRequired", "dependentSchemas", "unevaluatedProperties"),
    ARRAY: ("prefixItems", "contains", "minContains", "maxContains", "unevaluatedItems"),
    STRING: ("contentEncoding", "contentMediaType", "contentSchema"),
}
_UNORDERED_OF_ALL = ("not", "if", "then", "else")


class Canonical:
    """The schemas of one document. Reads each once."""

    def __init__(self, references: References) -> None:
        self._references = references
        self._expansion = Expansion(references)
        self._read: dict[tuple[int, ...], Schema] = {}
        self._named: dict[str, tuple[Shape, ...]] = {}
        self._reading: list[str] = []

    def key(self, nodes: Nodes) -> tuple[int, ...]:
        """What identifies schemas: where they are written, not where they are referred to."""
        return tuple(id(self._target(node)) for node in nodes)

    def schema(self, nodes: Nodes) -> Schema:
        """Schemas that must all hold, as one. Raises BrokenReference."""
        key = self.key(nodes)
        if key not in self._read:
            shapes = ANYTHING
            for node in nodes:
                shapes = both(shapes, self._shapes(node))
            said = [self._said(node) for node in nodes]
            self._read[key] = Schema(
                merged(shapes),
                default=next((text_of(each["default"]) for each in said if "default" in each), None),
                read_only=any(each.get("readOnly") is True for each in said),
                write_only=any(each.get("writeOnly") is True for each in said),
                discriminator=next((_discriminator(each["discriminator"]) for each in said if "discriminator" in each), None),
            )
        return self._read[key]

    def text(self, value: Any) -> str:
        """A part of the document that is no schema, without references and remarks. Raises BrokenReference."""
        return self._expansion.text("", value)

    def _target(self, node: Node) -> Node:
        while isinstance(node, Mapping) and node.keys() == {"$ref"}:
            node = self._references.target(node["$ref"])
        return node

    def _said(self, node: Node) -> Mapping[str, Any]:
        """A schema's keywords with those of what it refers to and of its allOf; its own come first."""
        if not isinstance(node, Mapping):
            return {}
        parts = [node, *([self._references.target(node["$ref"])] if "$ref" in node else []), *node.get("allOf", ())]
        found: dict[str, Any] = {}
        for part in reversed(parts[1:]):
            found.update(self._said(part))
        return {**found, **node}

    def _shapes(self, node: Node) -> tuple[Shape, ...]:
        if not isinstance(node, Mapping):
            return ANYTHING if node else ()
        shapes = tuple(self._own(node))
        if "$ref" in node:
            shapes = both(self._referred(node["$ref"]), shapes)
        for part in node.get("allOf", ()):
            shapes = both(shapes, self._shapes(part))
        for keyword in ("anyOf", "oneOf"):
            if keyword in node:
                shapes = both((shape for part in node[keyword] for shape in self._shapes(part)), shapes)
        return shapes

    def _referred(self, reference: str) -> tuple[Shape, ...]:
        if reference in self._named:
            return self._named[reference]
        if reference in self._reading:
            raise BrokenReference(f"{reference} is defined by itself")
        self._reading.append(reference)
        try:
            found = self._shapes(self._references.target(reference))
        finally:
            self._reading.pop()
        name = reference.rpartition("/")[2]
        self._named[reference] = tuple(replace(shape, name=name) for shape in found)
        return self._named[reference]

    def _own(self, node: Mapping[str, Any]) -> Iterable[Shape]:
        """The shapes that a schema's own keywords describe."""
        values = [node["const"]] if "const" in node else node.get("enum")
        for type_ in _types(node, values):
            enum = None if values is None else frozenset(text_of(each) for each in values if _is(each, type_))
            if enum is not None and not enum:
                continue
            yield Shape(
                type_,
                name=node.get("title", ""),
                enum=None if type_ == NULL or (type_ == BOOLEAN and enum == _TRUE_AND_FALSE) else enum,
                upper=upper(node, type_),
                lower=lower(node, type_),
                patterns=frozenset({node["pattern"]} - EVERY_STRING) if type_ == STRING and "pattern" in node else frozenset(),
                formats=frozenset({node["format"]}) if type_ in _FORMATTED and "format" in node else frozenset(),
                multiples=frozenset({node["multipleOf"]})
                if type_ in (NUMBER, INTEGER) and "multipleOf" in node
                else frozenset(),
                unique=type_ == ARRAY and node.get("uniqueItems") is True,
                others=self._others(node, type_),
                **_below(node, type_),
            )

    def _others(self, node: Mapping[str, Any], type_: str) -> dict[str, frozenset[str]]:
        keywords = () if type_ == NULL else (*_UNORDERED.get(type_, ()), *_UNORDERED_OF_ALL)
        return {keyword: frozenset({self._expansion.text(keyword, node[keyword])}) for keyword in keywords if keyword in node}


def _types(node: Mapping[str, Any], values: Iterable[Any] | None) -> Iterable[str]:
    """The types that a schema names: all when it names none."""
    named = node.get("type")
    if named is None:
        return TYPES
    types = [named] if isinstance(named, str) else list(named)
    if NUMBER in types and INTEGER in types:
        types.remove(INTEGER)
    return [*types, NULL] if node.get("nullable") is True and NULL not in types else types


def _is(value: Any, type_: str) -> bool:
    """Whether a JSON value is of a type."""
    match value:
        case None:
            return type_ == NULL
        case bool():
            return type_ == BOOLEAN
        case int():
            return type_ in (INTEGER, NUMBER)
        case float():
            return type_ == NUMBER or (type_ == INTEGER and value.is_integer())
        case str():
            return type_ == STRING
        case list():
            return type_ == ARRAY
        case _:
            return type_ == OBJECT


def _below(node: Mapping[str, Any], type_: str) -> dict[str, Any]:
    """Items, or properties."""
    if type_ == ARRAY and "items" in node:
        return {"items": (node["items"],)}
    if type_ != OBJECT:
        return {}
    additional = node.get("additionalProperties", True)
    return {
        "properties": {name: (schema,) for name, schema in node.get("properties", {}).items()},
        "required": frozenset(node.get("required", ())),
        "additional": () if additional is True or additional == {} else (additional,),
    }


def _discriminator(said: Mapping[str, Any]) -> Discriminator:
    return Discriminator(said["propertyName"], frozenset(said.get("mapping", ())))
