"""Old and new exchange every message: what is misread, lost or unanswered is named; what only looks dangerous is not."""

import pytest
from google.protobuf.descriptor_pb2 import FieldDescriptorProto as F

from harness.contracts.documents import Documents
from harness.contracts.finding import Finding, Level
from harness.contracts.versions.checker import IMAGE, VersionsChecker
from tests.unit.harness.contracts.versions.images import STATES, image

ID = (1, "id", F.TYPE_STRING)
UNITS = (2, "units", F.TYPE_INT64)
STATE = (3, "state", F.TYPE_ENUM, ".a.v1.State")
FIELDS = (ID, UNITS, STATE)
OLD = image(FIELDS)


def found(new: bytes, old: bytes = OLD) -> list[Finding]:
    return list(VersionsChecker().check(Documents("1.0.0", {IMAGE: old}), Documents("current", {IMAGE: new})))


def errors(new: bytes, old: bytes = OLD) -> set[tuple[str, str]]:
    return {(each.rule, each.where) for each in found(new, old) if each.level is Level.ERR}


BREAKING = {
    "another sign": (image((ID, (2, "units", F.TYPE_SINT64), STATE)), ("field-read-differently", "a.v1.Order.units")),
    "another width": (image((ID, (2, "units", F.TYPE_INT32), STATE)), ("field-read-differently", "a.v1.Order.units")),
    "another wire type": (image((ID, (2, "units", F.TYPE_DOUBLE), STATE)), ("field-read-differently", "a.v1.Order.units")),
    "no text any more": (image(((1, "id", F.TYPE_BYTES), UNITS, STATE)), ("field-read-differently", "a.v1.Order.id")),
    "a list of it": (image(FIELDS, repeated=("units",)), ("field-read-differently", "a.v1.Order.units")),
    "another meaning": (image((ID, (2, "sold", F.TYPE_INT64), STATE)), ("field-number-reused", "a.v1.Order.units")),
    "two numbers swapped": (
        image(((2, "id", F.TYPE_STRING), (1, "units", F.TYPE_INT64), STATE)),
        ("field-number-reused", "a.v1.Order.id"),
    ),
    "no such RPC": (image(FIELDS, rpcs=("ReadOrder",)), ("rpc-unanswered", "a.v1.Orders/GetOrder")),
    "no such message": (image(FIELDS, message="Purchase"), ("message-unknown-to-new", "a.v1.Order")),
    "no such value": (image(FIELDS, states=STATES[:2]), ("enum-value-unknown-to-new", "a.v1.State.STATE_PAID")),
    "another value": (image(FIELDS, states=(*STATES[:2], "STATE_LOST")), ("enum-number-reused", "a.v1.State.STATE_PAID")),
    "bytes that are no text": (
        image(((1, "id", F.TYPE_STRING), UNITS, STATE)),
        ("message-unreadable", "a.v1.Order"),
    ),
}


@pytest.mark.parametrize("name", BREAKING)
def test_what_breaks_is_named(name: str) -> None:
    new, expected = BREAKING[name]
    old = image(((1, "id", F.TYPE_BYTES), UNITS, STATE)) if name == "bytes that are no text" else OLD
    assert expected in errors(new, old)


HARMLESS = {
    "nothing": OLD,
    "a new field": image((*FIELDS, (9, "note", F.TYPE_STRING))),
    "a field less": image((ID, STATE)),
    "a new value": image(FIELDS, states=(*STATES, "STATE_LATE")),
    "a new RPC": image(FIELDS, rpcs=("GetOrder", "ListOrders")),
    "another order of the fields": image((STATE, UNITS, ID)),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_only_looks_dangerous_is_no_error(name: str) -> None:
    assert errors(HARMLESS[name]) == set()


def test_what_the_other_side_does_not_know_is_told() -> None:
    told = {(each.rule, each.where, each.level) for each in found(HARMLESS["a new value"])}
    assert told == {("enum-value-unknown-to-old", "a.v1.State.STATE_LATE", Level.INFO)}


def test_every_field_of_a_oneof_is_exchanged() -> None:
    one, other = (4, "paid", F.TYPE_INT64), (5, "lost", F.TYPE_INT64)
    old = image((ID, one, other), oneof=("paid", "lost"))
    new = image((ID, one, (5, "lost", F.TYPE_SINT64)), oneof=("paid", "lost"))
    assert errors(new, old) == {("field-read-differently", "a.v1.Order.lost")}


def test_a_field_that_became_part_of_a_oneof_is_lost_beside_the_other() -> None:
    apart = image((ID, UNITS))
    together = image((ID, UNITS), oneof=("id", "units"))
    assert ("field-read-differently", "a.v1.Order.id") in errors(together, apart)
