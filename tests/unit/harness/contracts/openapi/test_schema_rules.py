"""Every rule about schemas fires in the direction that hurts, and in no other: changes are tried in requests and responses.

`sent` is the rule for what clients send (request-property-…), `got` that for what they get; "" where the change hurts nobody.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from harness.contracts.openapi import check
from harness.contracts.openapi.registry import ASPECTS, Direction

Schema = Mapping[str, Any]
TEXT, NUMBER, LIST, OBJECT = {"type": "string"}, {"type": "number"}, {"type": "array"}, {"type": "object"}
ONE_OF_TWO = {**OBJECT, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}
CARD = {"title": "Card", "type": "object", "required": ["number"], "properties": {"number": TEXT}}
CASH = {"title": "Cash", "type": "object", "required": ["coins"], "properties": {"coins": NUMBER}}

TIGHTENED: list[tuple[Schema, str, str]] = [
    ({**NUMBER, "maximum": 9}, "max-decreased", "max-increased"),
    ({**TEXT, "maxLength": 9}, "max-length-decreased", "max-length-increased"),
    ({**LIST, "maxItems": 9}, "max-items-decreased", "max-items-increased"),
    ({**OBJECT, "maxProperties": 9}, "max-properties-decreased", "max-properties-increased"),
    ({**NUMBER, "minimum": 9}, "min-increased", "min-decreased"),
    ({**NUMBER, "exclusiveMinimum": 9}, "min-increased", "min-decreased"),
    ({**TEXT, "minLength": 9}, "min-length-increased", "min-length-decreased"),
    ({**LIST, "minItems": 9}, "min-items-increased", "min-items-decreased"),
    ({**OBJECT, "minProperties": 9}, "min-properties-increased", "min-properties-decreased"),
    ({**TEXT, "enum": ["a"]}, "became-enum", "enum-opened"),
    ({**TEXT, "const": "a"}, "became-enum", "enum-opened"),
    ({**TEXT, "pattern": "^a$"}, "pattern-added", "pattern-removed"),
    ({**TEXT, "format": "uuid"}, "format-added", "format-removed"),
    ({**NUMBER, "multipleOf": 5}, "multiple-of-added", "multiple-of-removed"),
    ({**LIST, "uniqueItems": True}, "unique-items-added", "unique-items-removed"),
    ({**OBJECT, "not": {"required": ["x"]}}, "constraint-changed", "constraint-changed"),
    ({**OBJECT, "additionalProperties": False}, "additional-properties-forbidden", "additional-properties-allowed"),
]
"""(schema, the rule when clients must send so, the rule when they no longer get so); without it: its type alone."""

PAIRS: list[tuple[Schema, Schema, str, str]] = [
    *(({"type": schema["type"]}, schema, sent, "") for schema, sent, _ in TIGHTENED),
    *((schema, {"type": schema["type"]}, "", got) for schema, _, got in TIGHTENED),
    ({**TEXT, "enum": ["a", "b"]}, {**TEXT, "enum": ["a"]}, "enum-value-removed", ""),
    ({**TEXT, "enum": ["a"]}, {**TEXT, "enum": ["a", "b"]}, "", "enum-value-added"),
    ({**TEXT, "maxLength": 9}, {**TEXT, "maxLength": 8}, "max-length-decreased", ""),
    ({**TEXT, "maxLength": 8}, {**TEXT, "maxLength": 9}, "", "max-length-increased"),
    ({**NUMBER, "maximum": 9}, {**NUMBER, "exclusiveMaximum": 9}, "max-decreased", ""),
    ({"type": "integer", "maximum": 9}, {"type": "integer", "exclusiveMaximum": 10}, "", ""),
    ({"type": "integer", "exclusiveMinimum": 0}, {"type": "integer", "minimum": 1}, "", ""),
    ({**NUMBER, "maximum": 9, "exclusiveMaximum": True}, {**NUMBER, "exclusiveMaximum": 9}, "", ""),
    ({**TEXT, "pattern": "^a$"}, {**TEXT, "pattern": "^b$"}, "pattern-changed", "pattern-changed"),
    ({**TEXT, "pattern": ".*"}, TEXT, "", ""),
    ({**TEXT, "format": "uuid"}, {**TEXT, "format": "date"}, "format-changed", "format-changed"),
    ({"type": "integer", "format": "int32"}, {"type": "integer", "format": "int64"}, "", "format-changed"),
    ({"type": "integer", "format": "int64"}, {"type": "integer", "format": "int32"}, "format-changed", ""),
    ({**NUMBER, "multipleOf": 10}, {**NUMBER, "multipleOf": 5}, "", "multiple-of-removed"),
    (
        {**OBJECT, "not": {"required": ["x"]}},
        {**OBJECT, "not": {"required": ["y"]}},
        "constraint-changed",
        "constraint-changed",
    ),
    (TEXT, NUMBER, "type-changed", "type-changed"),
    ({"type": ["string", "number"]}, TEXT, "type-narrowed", ""),
    (TEXT, {"type": ["string", "number"]}, "", "type-widened"),
    ({"type": "integer"}, NUMBER, "", "type-widened"),
    (NUMBER, {"type": "integer"}, "type-narrowed", ""),
    ({}, TEXT, "type-narrowed", ""),
    (TEXT, {}, "", "type-widened"),
    ({"type": ["string", "null"]}, TEXT, "became-not-nullable", ""),
    (TEXT, {"type": ["string", "null"]}, "", "became-nullable"),
    (TEXT, {"type": "string", "nullable": True}, "", "became-nullable"),
    (TEXT, {"anyOf": [TEXT, {"type": "null"}]}, "", "became-nullable"),
    ({"anyOf": [CARD, CASH]}, {"anyOf": [CARD]}, "alternative-removed", ""),
    ({"anyOf": [CARD]}, {"oneOf": [CASH, CARD]}, "", "alternative-added"),
    (OBJECT, ONE_OF_TWO, "required-group-added", ""),
    (ONE_OF_TWO, OBJECT, "", "required-group-removed"),
    (ONE_OF_TWO, {**OBJECT, "anyOf": [{"required": [name]} for name in "abc"]}, "", "required-group-removed"),
    ({**OBJECT, "required": ["b"]}, {**ONE_OF_TWO, "required": ["b"]}, "", ""),
    ({**TEXT, "default": "a"}, {**TEXT, "default": "b"}, "default-value-changed", ""),
    ({**TEXT, "default": "a"}, TEXT, "default-value-removed", ""),
    (TEXT, {**TEXT, "default": "a"}, "", ""),
    (
        {"oneOf": [CARD, CASH], "discriminator": {"propertyName": "a"}},
        {"oneOf": [CARD, CASH], "discriminator": {"propertyName": "b"}},
        "discriminator-changed",
        "discriminator-changed",
    ),
    (
        {"oneOf": [CARD, CASH], "discriminator": {"propertyName": "a", "mapping": {"x": "Card", "y": "Cash"}}},
        {"oneOf": [CARD, CASH], "discriminator": {"propertyName": "a", "mapping": {"x": "Card"}}},
        "discriminator-value-removed",
        "",
    ),
]


def sending(schema: Schema) -> dict[str, Any]:
    """A document in which clients send the schema as a property of a body."""
    body = {"type": "object", "properties": {"it": schema}}
    return _document({"requestBody": {"content": {"application/json": {"schema": body}}}, "responses": {}})


def getting(schema: Schema) -> dict[str, Any]:
    """A document in which clients get it so."""
    body = {"type": "object", "properties": {"it": schema}}
    return _document({"responses": {"200": {"content": {"application/json": {"schema": body}}}}})


def _document(operation: dict[str, Any]) -> dict[str, Any]:
    return {"openapi": "3.1.0", "paths": {"/x": {"post": operation}}}


@pytest.mark.parametrize(
    ("old", "new", "sent", "got"), PAIRS, ids=[f"{at}-{a or b or 'nothing'}" for at, (_, _, a, b) in enumerate(PAIRS)]
)
def test_a_change_of_a_schema_hurts_in_its_direction_only(old: Schema, new: Schema, sent: str, got: str) -> None:
    found = [(each.rule, each.where) for each in check(sending(old), sending(new))]
    assert found == ([(f"request-property-{sent}", "POST /x application/json /it")] if sent else [])
    found = [(each.rule, each.where) for each in check(getting(old), getting(new))]
    assert found == ([(f"response-property-{got}", "POST /x 200 application/json /it")] if got else [])


def test_every_aspect_is_tried_in_every_direction_in_which_it_hurts() -> None:
    tried = {(sent, Direction.REQUEST) for _, _, sent, _ in PAIRS} | {(got, Direction.RESPONSE) for _, _, _, got in PAIRS}
    assert tried - {("", Direction.REQUEST), ("", Direction.RESPONSE)} == {
        (name, way) for name, ways in ASPECTS.items() for way in ways
    }


P = {"type": "object", "properties": {"a": TEXT}}
CLOSED: Schema = {**P, "additionalProperties": False}
MUST: Schema = {**P, "required": ["a"]}
NONE: Schema = {"type": "object"}
READ: Schema = {"type": "object", "properties": {"a": {**TEXT, "readOnly": True}}}
WRITE: Schema = {"type": "object", "properties": {"a": {**TEXT, "writeOnly": True}}}
EMPTY: Schema = {"type": "object", "additionalProperties": False}

PROPERTIES: list[tuple[Schema, Schema, str, str]] = [
    (NONE, MUST, "new-required-request-property", "response-property-added"),
    (NONE, P, "new-optional-request-property", "response-property-added"),
    (P, MUST, "request-property-became-required", ""),
    (MUST, P, "", "response-property-became-optional"),
    (P, NONE, "request-property-ignored", "response-optional-property-removed"),
    (MUST, NONE, "request-property-ignored", "response-property-removed"),
    (CLOSED, EMPTY, "request-property-removed", "response-optional-property-removed"),
    (EMPTY, CLOSED, "new-optional-request-property", "response-property-added-to-closed"),
    (P, READ, "request-property-became-read-only", ""),
    (P, WRITE, "", "response-property-became-write-only"),
    (READ, P, "new-optional-request-property", ""),
    (P, {"type": "object", "properties": {"a": TEXT}, "required": []}, "", ""),
]


@pytest.mark.parametrize(
    ("old", "new", "sent", "got"), PROPERTIES, ids=[f"{at}-{a or b or 'nothing'}" for at, (_, _, a, b) in enumerate(PROPERTIES)]
)
def test_a_change_of_properties_hurts_in_its_direction_only(old: Schema, new: Schema, sent: str, got: str) -> None:
    found = [(each.rule, each.where) for each in check(sending(old), sending(new))]
    assert found == ([(sent, "POST /x application/json /it/a")] if sent else [])
    found = [(each.rule, each.where) for each in check(getting(old), getting(new))]
    assert found == ([(got, "POST /x 200 application/json /it/a")] if got else [])


def test_a_property_that_is_demanded_without_being_described_is_new() -> None:
    found = list(check(sending(NONE), sending({"type": "object", "required": ["b"]})))
    assert [(each.rule, each.where) for each in found] == [("new-required-request-property", "POST /x application/json /it/b")]
