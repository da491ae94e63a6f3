"""Places of an OpenAPI document: every property of its schemas, and every parameter of its operations.

`gateway:NewOrder.items`, `gateway:GET /products?page_size`, `gateway:GET /orders/{order_id}#order_id`, `gateway:POST /orders
Idempotency-Key`; the elements of a list of plain values are `….images[]`. A schema that no request leads to is not `must`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.contracts.drift.places import Kind, Place

SIDE = "gateway"
_LIMITS = {
    "minimum": "min",
    "maximum": "max",
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_items",
    "maxItems": "max_items",
}
_KINDS = {"integer": Kind.WHOLE, "number": Kind.NUMBER, "boolean": Kind.BOOL, "array": Kind.LIST, "object": Kind.OBJECT}
_JOINTS = {"query": "?", "path": "#", "header": " ", "cookie": " cookie "}
_METHODS = frozenset({"get", "put", "post", "delete", "patch", "head", "options"})

Json = Mapping[str, Any]


def openapi_places(document: Json) -> Iterator[Place]:
    """All of them."""
    schemas: Json = document.get("components", {}).get("schemas", {})
    asked = _asked(document, schemas)
    for name, schema in sorted(schemas.items()):
        for prop, of in sorted(schema.get("properties", {}).items()):
            yield from _places(f"{SIDE}:{name}.{prop}", of, schemas, must=name in asked)
    for method, path, operation in _operations(document):
        for parameter in operation.get("parameters", ()):
            name = f"{SIDE}:{method.upper()} {path}{_JOINTS[parameter['in']]}{parameter['name']}"
            yield from _places(name, parameter.get("schema", {}), schemas, must=True)


def _places(name: str, schema: Json, schemas: Json, *, must: bool) -> Iterator[Place]:
    of = _resolved(schema, schemas)
    values = frozenset(map(str, of.get("enum", [of["const"]] if "const" in of else [])))
    limits = {ours: int(of[theirs]) for theirs, ours in _LIMITS.items() if theirs in of}
    yield Place(name, _kind(of, values), limits, values, must)
    if of.get("type") == "array" and (elements := _resolved(of.get("items", {}), schemas)).get("type") != "object":
        yield from _places(f"{name}[]", elements, schemas, must=must)


def _kind(schema: Json, values: frozenset[str]) -> Kind:
    if values:
        return Kind.ENUM
    if schema.get("type") == "string":
        return Kind.TIME if schema.get("format") == "date-time" else Kind.TEXT
    return _KINDS.get(schema.get("type", ""), Kind.JSON)


def _resolved(schema: Json, schemas: Json) -> Json:
    """Without references, and without null as another possibility. What a schema says beside it is kept."""
    merged = dict(schema)
    while True:
        if "$ref" in merged:
            merged = {**schemas[merged.pop("$ref").rpartition("/")[2]], **merged}
            continue
        others = [each for each in merged.get("anyOf", ()) if each.get("type") != "null"]
        if len(others) != 1:
            return merged
        merged.pop("anyOf")
        merged = {**others[0], **merged}


def _asked(document: Json, schemas: Json) -> set[str]:
    """The names of the schemas that request bodies lead to."""
    todo = [operation.get("requestBody", {}) for _, _, operation in _operations(document)]
    found: set[str] = set()
    while todo:
        for name in _references(todo.pop()):
            if name not in found and name in schemas:
                found.add(name)
                todo.append(schemas[name])
    return found


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        if "$ref" in schema:
            yield schema["$ref"].rpartition("/")[2]
        for value in schema.values():
            yield from _references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _references(value)


def _operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, item in sorted(document.get("paths", {}).items()):
        for method, operation in sorted(item.items()):
            if method in _METHODS:
                yield method, path, operation
