"""The operations of an OpenAPI document, and where each of them names a thing: path parameters, query parameters, the body."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

METHODS = ("get", "put", "post", "delete", "patch")
JSON = "application/json"
_ID_NAME = re.compile(r"(^id$|_id$|[a-z]Id$)")

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Slot:
    """A place where an operation names a thing: `where` is path, query or body; `path` leads to it inside the body."""

    where: str
    name: str
    path: tuple[str | int, ...] = ()


@dataclass(frozen=True)
class Operation:
    """One operation. `body` is an example of its JSON body, None without one; `answers` the schema by status."""

    method: str
    path: str
    secured: bool
    slots: tuple[Slot, ...]
    headers: Mapping[str, str]
    query: frozenset[str]
    body: Any
    body_schema: Schema
    answers: Mapping[str, Schema]

    @property
    def name(self) -> str:
        """Method and path, e.g. "GET /orders/{order_id}"."""
        return f"{self.method} {self.path}"

    @property
    def reads(self) -> bool:
        """Whether it is safe (RFC 9110): it must change nothing."""
        return self.method == "GET"


class Document:
    """An OpenAPI 3 document."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._content = content

    def operations(self) -> list[Operation]:
        """All operations in the order of the document."""
        return [
            self._operation(method, path, item[method], item.get("parameters", ()))
            for path, item in self._content["paths"].items()
            for method in METHODS
            if method in item
        ]

    def resolved(self, schema: Schema) -> Schema:
        """The schema that a reference means."""
        while reference := schema.get("$ref"):
            found: Any = self._content
            for part in str(reference).removeprefix("#/").split("/"):
                found = found[part.replace("~1", "/").replace("~0", "~")]
            schema = found
        return schema

    def undeclared(self, value: object, schema: Schema, at: str = "") -> Iterator[str]:
        """Properties in a value that its schema does not name and does not openly allow."""
        schema = self.resolved(schema)
        branches = [self.resolved(each) for key in ("anyOf", "oneOf", "allOf") for each in schema.get(key, ())]
        if isinstance(value, list):
            items: Schema = next((each["items"] for each in (schema, *branches) if "items" in each), {})
            for number, each in enumerate(value):
                yield from self.undeclared(each, items, f"{at}[{number}]")
        elif isinstance(value, dict):
            described = [each for each in (schema, *branches) if "properties" in each]
            open_to_more = any(
                "additionalProperties" in each and each["additionalProperties"] is not False for each in (schema, *branches)
            )
            known: dict[str, Any] = {}
            for each in described:
                known |= each["properties"]
            for name, each in value.items():
                if name in known:
                    yield from self.undeclared(each, known[name], f"{at}.{name}")
                elif described and not open_to_more:
                    yield f"{at}.{name}".lstrip(".")

    def _operation(self, method: str, path: str, told: Mapping[str, Any], shared: Any) -> Operation:
        parameters = [self.resolved(each) for each in (*shared, *told.get("parameters", ()))]
        content = self.resolved(told.get("requestBody", {})).get("content", {})
        schema = self.resolved(content.get(JSON, {}).get("schema", {}))
        body = self._example(schema) if content else None
        named = [Slot(each["in"], each["name"]) for each in parameters if each["in"] == "path"]
        named += [Slot("query", each["name"]) for each in parameters if each["in"] == "query" and _ID_NAME.search(each["name"])]
        named += [Slot("body", str(where[-1]), where) for where in _named(body)]
        required = [each for each in parameters if each["in"] == "header" and each.get("required")]
        return Operation(
            method=method.upper(),
            path=path,
            secured=bool(told.get("security", self._content.get("security"))),
            slots=tuple(named),
            headers={each["name"]: str(self._example(each.get("schema", {}), each)) for each in required},
            query=frozenset(each["name"] for each in parameters if each["in"] == "query"),
            body=body,
            body_schema=schema,
            answers={
                status: next((each.get("schema", {}) for each in self.resolved(answer).get("content", {}).values()), {})
                for status, answer in told["responses"].items()
            },
        )

    def _example(self, schema: Schema, beside: Mapping[str, Any] | None = None) -> Any:
        """An example of a schema: its own, or one made of the examples of its parts."""
        schema = self.resolved(schema)
        for told in (beside or {}, schema):
            if "example" in told:
                return _copy(told["example"])
            examples = told.get("examples")
            if examples:
                first = next(iter(examples.values()))["value"] if isinstance(examples, Mapping) else examples[0]
                return _copy(first)
        return self._made(schema)

    def _made(self, schema: Schema) -> Any:
        for key in ("const", "default"):
            if key in schema:
                return _copy(schema[key])
        if schema.get("enum"):
            return schema["enum"][0]
        for key in ("anyOf", "oneOf", "allOf"):
            if schema.get(key):
                return self._example(schema[key][0])
        kind = schema.get("type")
        if kind == "object":
            properties = schema.get("properties", {})
            required = [name for name in schema.get("required", ()) if name in properties]
            wanted = properties if len(required) < schema.get("minProperties", 0) else required
            return {name: self._example(properties[name]) for name in wanted}
        if kind == "array":
            return [self._example(schema.get("items", {}))] * max(1, schema.get("minItems", 1))
        plain = {"integer": schema.get("minimum", 1), "number": schema.get("minimum", 1), "boolean": True, "null": None}
        return plain.get(str(kind), "x" * max(1, schema.get("minLength", 1)))


def _copy(value: Any) -> Any:
    return json.loads(json.dumps(value))


def _named(body: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where in a body things are named by their ids."""
    if isinstance(body, dict):
        for name, each in body.items():
            if isinstance(each, str) and _ID_NAME.search(name):
                yield (*at, name)
            yield from _named(each, (*at, name))
    elif isinstance(body, list):
        for number, each in enumerate(body):
            yield from _named(each, (*at, number))
