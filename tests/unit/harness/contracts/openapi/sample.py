"""A small OpenAPI document that rules are tried on, and short edits of it."""

import copy
from collections.abc import Callable
from typing import Any

Raw = dict[str, Any]
Edit = Callable[[Raw], None]

ITEM = {
    "type": "object",
    "additionalProperties": False,
    "required": ["sku"],
    "properties": {
        "sku": {"type": "string", "minLength": 2, "maxLength": 9, "pattern": "^[A-Z]+$", "format": "sku"},
        "count": {"type": "integer", "minimum": 1, "maximum": 9, "multipleOf": 2, "default": 2},
        "colour": {"type": "string", "enum": ["red", "green"]},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "tags": {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 5, "uniqueItems": True},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1, "maxProperties": 3},
        "free": {"type": "object", "not": {"required": ["x"]}},
        "pay": {
            "oneOf": [{"$ref": "#/components/schemas/Card"}, {"$ref": "#/components/schemas/Cash"}],
            "discriminator": {"propertyName": "kind", "mapping": {"card": "Card", "cash": "Cash"}},
        },
    },
}
CARD = {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "card"}, "number": {"type": "string"}}}
CASH = {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "cash"}, "change": {"type": "number"}}}
NODE = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}}},
}


def document() -> Raw:
    """A new copy. `/items` POST sends an Item and gets it back."""
    raw: Raw = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "servers": [{"url": "/v1"}],
        "paths": {
            "/items": {
                "get": {
                    "operationId": "list_items",
                    "parameters": [
                        {"in": "query", "name": "limit", "schema": {"type": "integer", "maximum": 50, "default": 10}},
                        {"in": "query", "name": "sort", "schema": {"type": "string", "enum": ["up", "down"]}},
                        {"in": "header", "name": "X-Key", "required": True, "schema": {"type": "string"}},
                    ],
                    "responses": {
                        "200": {
                            "description": "",
                            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Node"}}},
                        }
                    },
                },
                "post": {
                    "operationId": "add_item",
                    "security": [{"bearer": []}, {"oauth": ["write"]}],
                    "requestBody": {
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Item"}},
                            "multipart/form-data": {
                                "schema": {"type": "object"},
                                "encoding": {"file": {"contentType": "image/png"}},
                            },
                        }
                    },
                    "responses": {
                        "201": {
                            "description": "",
                            "headers": {"Location": {"required": True, "schema": {"type": "string"}}},
                            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}},
                            "links": {"read": {"operationId": "read_item", "parameters": {"item_id": "$response.body#/id"}}},
                        },
                        "409": {"description": "", "content": {"application/problem+json": {"schema": {"type": "object"}}}},
                    },
                    "callbacks": {"done": {"{$request.body#/url}": {"post": {"responses": {"200": {"description": ""}}}}}},
                },
            },
            "/items/{item_id}": {
                "parameters": [
                    {"in": "path", "name": "item_id", "required": True, "schema": {"type": "string", "maxLength": 9}}
                ],
                "get": {"operationId": "read_item", "responses": {"200": {"description": ""}}},
                "delete": {
                    "operationId": "drop_item",
                    "deprecated": True,
                    "x-sunset": "2026-06-30",
                    "responses": {"204": {"description": ""}},
                },
            },
        },
        "components": {
            "schemas": {"Item": ITEM, "Card": CARD, "Cash": CASH, "Node": NODE},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "oauth": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/token", "scopes": {"write": ""}}}},
            },
        },
    }
    return copy.deepcopy(raw)


def edited(*edits: Edit) -> Raw:
    """The document with changes."""
    raw = document()
    for edit in edits:
        edit(raw)
    return raw


def at(path: str, value: object) -> Edit:
    """Set what a path of keys (`components.schemas.Item`) names; numbers are places in lists. Slashes are fine in keys."""

    def edit(raw: Raw) -> None:
        *way, last = path.split(".")
        holder: Any = raw
        for step in way:
            holder = holder[int(step)] if isinstance(holder, list) else holder[step]
        if isinstance(holder, list):
            holder[int(last) :] = [value]
        else:
            holder[last] = copy.deepcopy(value)

    return edit


def without(path: str) -> Edit:
    """Remove what a path of keys names."""

    def edit(raw: Raw) -> None:
        *way, last = path.split(".")
        holder: Any = raw
        for step in way:
            holder = holder[int(step)] if isinstance(holder, list) else holder[step]
        del holder[int(last) if isinstance(holder, list) else last]

    return edit
