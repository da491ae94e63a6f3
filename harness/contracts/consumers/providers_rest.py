"""REST operations as the provider documents them: an OpenAPI document by the names that declarations use.

Template parameters have no name here (`GET /orders/{id}`), fields are paths without indices (`items.product_id`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
PARAMETER = re.compile(r"\{[^}]*\}")
"""A parameter of a path template."""
JsonObject = Mapping[str, Any]


@dataclass(frozen=True)
class Property:
    """A field as its reader meets it: `types` are JSON types, with `null` when it may be that."""

    types: frozenset[str]
    required: bool


class Rest:
    """An OpenAPI document."""

    def __init__(self, document: JsonObject) -> None:
        self._document = document
        self.operations: dict[str, JsonObject] = {
            f"{method.upper()} {PARAMETER.sub('{id}', path)}": self._whole(item, operation)
            for path, item in document.get("paths", {}).items()
            for method, operation in item.items()
            if method in METHODS
        }

    def statuses(self, operation: str) -> frozenset[str]:
        """The statuses that an operation documents."""
        return frozenset(self.operations[operation].get("responses", {}))

    def answer(self, operation: str, status: str, path: str) -> Property | None:
        """A field of an answer; None when there is none, or no such status."""
        response = self._resolve(self.operations[operation].get("responses", {}).get(status, {}))
        return self._field(_schema(response), path.split("."))

    def documents(self, operation: str, status: str) -> bool:
        """Whether an operation has a JSON answer of this status."""
        return bool(_schema(self._resolve(self.operations[operation].get("responses", {}).get(status, {}))))

    def takes(self, operation: str, name: str) -> bool:
        """Whether a request may have a field, or for `?name` a query parameter."""
        found = self.operations[operation]
        if name.startswith("?"):
            return any(each["in"] == "query" and each["name"] == name[1:] for each in self._parameters(found))
        return self._field(_schema(self._resolve(found.get("requestBody", {}))), name.split(".")) is not None

    def demands(self, operation: str) -> frozenset[str]:
        """The fields of the body's first level and the query parameters without which a request is refused."""
        found = self.operations[operation]
        body = self._resolve(found.get("requestBody", {}))
        fields = {name for schema in self._branches(_schema(body), ("allOf",)) for name in schema.get("required", ())}
        query = {f"?{each['name']}" for each in self._parameters(found) if each["in"] == "query" and each.get("required")}
        return frozenset(fields | query)

    def _whole(self, item: JsonObject, operation: JsonObject) -> JsonObject:
        return {**operation, "parameters": [*item.get("parameters", ()), *operation.get("parameters", ())]}

    def _parameters(self, operation: JsonObject) -> Iterator[JsonObject]:
        yield from (self._resolve(each) for each in operation.get("parameters", ()))

    def _resolve(self, value: JsonObject) -> JsonObject:
        while reference := value.get("$ref"):
            value = self._document
            for part in reference.removeprefix("#/").split("/"):
                value = value[part.replace("~1", "/").replace("~0", "~")]
        return value

    def _branches(self, schema: JsonObject, kinds: tuple[str, ...] = ("anyOf", "oneOf", "allOf")) -> Iterator[JsonObject]:
        """The schema, and its alternatives and parts."""
        schema = self._resolve(schema)
        yield schema
        for key in kinds:
            for each in schema.get(key, ()):
                yield from self._branches(each, kinds)

    def _field(self, schema: JsonObject, path: list[str]) -> Property | None:
        name, *rest = path
        for branch in self._branches(schema):
            if "items" in branch and "properties" not in branch:
                if found := self._field(branch["items"], path):
                    return found
            elif name in branch.get("properties", {}):
                inner = branch["properties"][name]
                if rest:
                    return self._field(inner, rest)
                return Property(self._types(inner), name in branch.get("required", ()))
        return None

    def _types(self, schema: JsonObject) -> frozenset[str]:
        found: set[str] = set()
        for branch in self._branches(schema):
            said = branch.get("type", ())
            found |= {said} if isinstance(said, str) else set(said)
            found |= {_type_of(value) for value in branch.get("enum", ())} if not said else set()
            found |= {_type_of(branch["const"])} if "const" in branch and not said else set()
        return frozenset(found)


def _schema(holder: JsonObject) -> JsonObject:
    content = holder.get("content", {})
    found: JsonObject = next((media.get("schema", {}) for name, media in content.items() if name.endswith("json")), {})
    return found


def _type_of(value: object) -> str:
    names = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null", list: "array", dict: "object"}
    return names[type(value)]
