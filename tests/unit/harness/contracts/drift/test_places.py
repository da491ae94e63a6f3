"""Every part of a system is read into places: nothing that takes a value is left out, and limits are what was written."""

from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import FieldDescriptorProto as F

from harness.contracts.checker import SourceError
from harness.contracts.drift.columns import column_places, largest
from harness.contracts.drift.constants import Constants, constant_places, told
from harness.contracts.drift.openapi_places import openapi_places
from harness.contracts.drift.places import Kind
from harness.contracts.drift.proto_places import proto_places
from tests.unit.harness.contracts.versions.images import image

PART = {"type": "object", "properties": {"size": {"anyOf": [{"type": "integer", "maximum": 5}, {"type": "null"}]}}}
THING = {
    "properties": {
        "part": {"$ref": "#/components/schemas/Part"},
        "tags": {"type": "array", "maxItems": 3, "items": {"type": "string", "maxLength": 9}},
        "colour": {"anyOf": [{"$ref": "#/components/schemas/Colour"}, {"type": "null"}]},
    }
}
PUT = {
    "parameters": [
        {"name": "id", "in": "path", "schema": {"type": "string", "maxLength": 36}},
        {"name": "deep", "in": "query", "schema": {"type": "boolean"}},
    ],
    "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
}
OPENAPI = {
    "paths": {"/things/{id}": {"put": PUT}},
    "components": {
        "schemas": {
            "Thing": THING,
            "Part": PART,
            "Colour": {"type": "string", "enum": ["RED", "BLUE"]},
            "Seen": {"properties": {"at": {"type": "string", "format": "date-time"}}},
        }
    },
}


def test_properties_parameters_and_elements_of_an_openapi_document() -> None:
    found = {place.name: place for place in openapi_places(OPENAPI)}
    assert found.keys() == {
        "gateway:Thing.part",
        "gateway:Thing.tags",
        "gateway:Thing.tags[]",
        "gateway:Thing.colour",
        "gateway:Part.size",
        "gateway:Seen.at",
        "gateway:PUT /things/{id}#id",
        "gateway:PUT /things/{id}?deep",
    }
    assert found["gateway:Part.size"].limits == {"max": 5}
    assert found["gateway:Thing.tags[]"].limits == {"max_length": 9}
    assert found["gateway:Thing.colour"].values == {"RED", "BLUE"}
    assert found["gateway:Thing.part"].kind is Kind.OBJECT
    assert found["gateway:Seen.at"].kind is Kind.TIME
    assert [name for name, place in found.items() if not place.must] == ["gateway:Seen.at"]


def test_fields_of_messages() -> None:
    fields = ((1, "id", F.TYPE_STRING), (2, "lines", F.TYPE_INT64), (3, "state", F.TYPE_ENUM, ".a.v1.State"))
    found = {place.name: place for place in proto_places(image(fields, repeated=("lines",)))}
    assert {name: place.kind for name, place in found.items()} == {
        "proto:a.v1.Order.id": Kind.TEXT,
        "proto:a.v1.Order.lines": Kind.LIST,
        "proto:a.v1.Order.state": Kind.ENUM,
    }
    assert found["proto:a.v1.Order.state"].values == {"OPEN", "PAID"}


def test_columns() -> None:
    columns = {
        "name": {"type": "varchar", "length": 40},
        "n": {"type": "int"},
        "u": {"type": "int", "unsigned": True},
        "kind": {"type": "enum", "values": ["A", "B"]},
    }
    tables = {"s": {"t": columns}}
    found = {place.name: place for place in column_places(tables)}
    assert found["sql:s.t.name"].limits == {"max_length": 40}
    assert found["sql:s.t.kind"].values == {"A", "B"}
    assert [largest(tables, f"sql:s.t.{name}") for name in ("n", "u", "name")] == [2**31 - 1, 2**32 - 1, None]


def test_constants_are_read_without_running_them(tmp_path: Path) -> None:
    source = 'MOST: Final = 2**10 - 1\nLENGTHS = range(8, 129)\n_OWN = 3\nNAME = "x"\nTURN = -1\nFLAG = True\n'
    source += 'class State(StrEnum):\n    """Words."""\n    OPEN = "open"\n    SHUT = "shut"\nraise SystemExit\n'
    assert told(source) == {"MOST": 1023, "LENGTHS": [8, 128], "TURN": -1, "State": ["open", "shut"]}
    kinds = {place.name: (place.kind, place.values) for place in constant_places({"m": told(source)})}
    assert kinds["domain:m.State"] == (Kind.ENUM, frozenset({"open", "shut"}))
    assert kinds["domain:m.LENGTHS"] == (Kind.LIMIT, frozenset())
    with pytest.raises(SourceError, match="no module"):
        Constants(tmp_path, ("*/domain.py",)).read()
