"""What is mapped is compared, what is not mapped is told, and a declared difference has to be one."""

from typing import Any

import pytest
from google.protobuf.descriptor_pb2 import FieldDescriptorProto as F

from harness.contracts.checker import SourceError
from harness.contracts.documents import Documents, as_json
from harness.contracts.drift.checker import DriftChecker
from harness.contracts.drift.mapping import MappingFile, matching
from tests.unit.harness.contracts.versions.images import image

SAME: dict[str, Any] = {
    "name": "units",
    "places": ["gateway:Order.units", "proto:a.v1.*.units", "sql:shop.orders.units"],
    "limits": {"max": ["domain:rules.MOST"]},
}


def documents(
    same: dict[str, Any] | None = None,
    *,
    apart: tuple[str, ...] = (),
    maximum: int = 10,
    most: int = 10,
    column: str = "int",
    kind: "F.Type.ValueType" = F.TYPE_INT64,
) -> Documents:
    schema = {"properties": {"units": {"type": "integer", "maximum": maximum}}}
    mapping = {"same": [SAME | (same or {})], "apart": [{"places": list(apart), "reason": "so"}] if apart else []}
    return Documents(
        "current",
        {
            "openapi.json": as_json({"paths": {}, "components": {"schemas": {"Order": schema}}}),
            "proto.binpb": image([(1, "units", kind)]),
            "sql.json": as_json({"shop": {"orders": {"units": {"type": column}}}}),
            "domain.json": as_json({"rules": {"MOST": most}}),
            "drift.json": as_json(mapping),
        },
    )


def found(current: Documents) -> set[tuple[str, str]]:
    return {(each.rule, each.where) for each in DriftChecker().check(Documents("none", {}), current)}


def test_what_agrees_is_fine() -> None:
    assert found(documents()) == set()


def test_a_limit_that_differs_is_named_and_can_be_declared() -> None:
    assert found(documents(maximum=9)) == {("limits-differ", "units: max of gateway:Order.units")}
    declared = {"differences": [{"place": "gateway:Order.*", "what": "max", "reason": "customers are told less"}]}
    assert found(documents(declared, maximum=9)) == set()
    assert found(documents(declared)) == {("difference-gone", "units: max of gateway:Order.*")}


def test_a_column_that_is_too_small() -> None:
    assert found(documents(maximum=200, most=200, column="tinyint")) == {
        ("column-too-narrow", "units: max of sql:shop.orders.units")
    }
    assert found(documents(maximum=100, most=100, column="tinyint")) == set()


def test_another_kind() -> None:
    assert found(documents(kind=F.TYPE_STRING)) == {("kinds-differ", "units: kind of proto:a.v1.Order.units")}


def test_every_place_belongs_somewhere_and_only_once() -> None:
    assert found(documents({"places": SAME["places"][:2]})) == {("place-unmapped", "sql:shop.orders.units")}
    assert found(documents({"limits": {}})) == {("place-unmapped", "domain:rules.MOST")}
    assert found(documents(apart=("sql:*",))) == set(), "it is named in full, so the pattern does not count"
    assert found(documents(apart=("proto:*",))) == {("place-mapped-twice", "proto:a.v1.Order.units")}
    assert found(documents({"places": [*SAME["places"], "sql:shop.gone.*"]})) == {("mapping-of-nothing", "sql:shop.gone.*")}


def test_in_a_pattern_only_the_star_is_special() -> None:
    names = ["gateway:GET /a?b", "gateway:GET /a{b}#c", "gateway:Tags.list[]"]
    assert [matching(pattern, names) for pattern in ("gateway:GET /a?b", "*#c", "gateway:*[]", "gateway")] == [
        ["gateway:GET /a?b"],
        ["gateway:GET /a{b}#c"],
        ["gateway:Tags.list[]"],
        [],
    ]


def test_a_file_with_an_unknown_key_is_refused(tmp_path: Any) -> None:
    path = tmp_path / "drift.toml"
    path.write_text('[[same]]\nname = "x"\nplaces = []\nbecause = "y"\n')
    with pytest.raises(SourceError, match="because"):
        MappingFile(path).read()
