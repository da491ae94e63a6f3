"""Documents that mean the same have no findings: a document and itself, references written out, other spellings of a schema."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.contracts.openapi import check
from tests.unit.harness.contracts.openapi.sample import Raw, document
from tests.unit.harness.contracts.openapi.test_schema_rules import getting, sending

Schema = dict[str, Any]
NAMES = st.sampled_from(["a", "b", "c"])
NUMBERS = st.integers(0, 5)
LEAVES = st.one_of(
    st.just({}),
    st.sampled_from([{"type": "boolean"}, {"type": "null"}, {"type": ["string", "null"]}, {"type": ["integer", "string"]}]),
    st.fixed_dictionaries({"type": st.just("string")}, optional={"maxLength": NUMBERS, "minLength": NUMBERS, "format": NAMES}),
    st.fixed_dictionaries({"type": st.just("string"), "enum": st.lists(NAMES, min_size=1, unique=True)}),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["integer", "number"])}, optional={"maximum": NUMBERS, "exclusiveMinimum": NUMBERS}
    ),
    st.builds(lambda name: {"$ref": f"#/components/schemas/{name}"}, NAMES),
)


def _objects(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    optional = {
        "properties": st.dictionaries(NAMES, inner, max_size=3),
        "required": st.lists(NAMES, unique=True),
        "additionalProperties": st.one_of(st.booleans(), inner),
    }
    return st.fixed_dictionaries({"type": st.just("object")}, optional=optional)


SCHEMAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        _objects(inner),
        st.fixed_dictionaries({"type": st.just("array"), "items": inner}, optional={"minItems": NUMBERS}),
        st.builds(
            lambda keyword, parts: {keyword: parts},
            st.sampled_from(["anyOf", "oneOf", "allOf"]),
            st.lists(inner, min_size=1, max_size=3),
        ),
    ),
    max_leaves=6,
)
# Named schemas refer to each other below properties only: a schema that is itself is none.
NAMED = st.fixed_dictionaries(
    {name: st.builds(lambda at: {"type": "object", "properties": {"x": at}}, SCHEMAS) for name in "abc"}
)


def written(schema: Schema, named: Raw) -> Raw:
    raw = sending(schema)
    raw["paths"]["/y"] = getting(schema)["paths"]["/x"]
    raw["components"] = {"schemas": named}
    return raw


def inlined(node: Any, named: Raw, depth: int = 2) -> Any:
    """With references written out, as deep as that; deeper ones are left."""
    if isinstance(node, list):
        return [inlined(each, named, depth) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node and depth:
        return inlined(named[node["$ref"].rpartition("/")[2]], named, depth - 1)
    return {key: inlined(each, named, depth) for key, each in node.items()}


def equivalent(schema: Schema, named: Raw) -> None:
    old, new = written(schema, named), written(inlined(schema, named), named)
    assert list(check(old, copy.deepcopy(old))) == []
    assert list(check(old, new)) == []
    assert list(check(new, old)) == []


@given(SCHEMAS, NAMED)
@settings(max_examples=15, deadline=None)
def test_a_document_and_itself_and_with_references_written_out(schema: Schema, named: Raw) -> None:
    equivalent(schema, named)


@pytest.mark.nightly
@given(SCHEMAS, NAMED)
@settings(max_examples=1000, deadline=None)
def test_a_thousand_documents_and_themselves(schema: Schema, named: Raw) -> None:
    equivalent(schema, named)


TEXT = {"type": "string"}
SPELLINGS: list[tuple[Schema, Schema]] = [
    ({"type": ["string", "null"]}, {"anyOf": [TEXT, {"type": "null"}]}),
    ({"type": ["string", "null"], "format": "uuid"}, {"anyOf": [TEXT, {"type": "null"}], "format": "uuid"}),
    ({"type": "string", "nullable": True}, {"oneOf": [{"type": "null"}, TEXT]}),
    ({"const": "a"}, {"enum": ["a"]}),
    ({"enum": ["a", None]}, {"anyOf": [{"const": "a"}, {"type": "null"}]}),
    ({"type": "boolean"}, {"enum": [True, False]}),
    (
        {"allOf": [{"type": "string", "maxLength": 5}, {"maxLength": 9, "minLength": 1}]},
        {"type": "string", "maxLength": 5, "minLength": 1},
    ),
    ({"allOf": [{"$ref": "#/components/schemas/a"}], "description": "x"}, {"$ref": "#/components/schemas/a"}),
    ({"type": "array"}, {"type": "array", "items": {}, "minItems": 0}),
    ({"type": "object", "additionalProperties": True}, {"type": "object", "properties": {}, "required": []}),
    ({"anyOf": [TEXT]}, TEXT),
    ({"anyOf": [TEXT, {"type": "integer"}]}, {"type": ["integer", "string"]}),
    ({"type": "integer", "enum": [1, 2]}, {"type": "integer", "enum": [2.0, 1]}),
    (
        {
            "allOf": [
                {"type": "object", "properties": {"a": TEXT}},
                {"type": "object", "properties": {"b": TEXT}, "required": ["a"]},
            ]
        },
        {"type": "object", "required": ["a"], "properties": {"b": TEXT, "a": TEXT}},
    ),
]


@pytest.mark.parametrize(("one", "other"), SPELLINGS)
def test_spellings_of_one_meaning(one: Schema, other: Schema) -> None:
    named = {"a": TEXT}
    assert list(check(written(one, named), written(other, named))) == []
    assert list(check(written(other, named), written(one, named))) == []


def test_a_recursive_schema_is_compared_at_every_depth_once() -> None:
    new = document()
    new["components"]["schemas"]["Node"]["properties"]["name"] = {"type": "integer"}
    found = [(each.rule, each.where) for each in check(document(), new)]
    assert found == [("response-property-type-changed", "GET /items 200 application/json /name")]


def test_a_schema_that_is_nothing_but_itself_is_refused() -> None:
    new = document()
    new["components"]["schemas"]["Node"] = {"anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/Node"}]}
    with pytest.raises(ValueError, match="defined by itself"):
        list(check(document(), new))
