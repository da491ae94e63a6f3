"""Places of a proto image: every field of its messages, `proto:shop.order.v1.Order.total`.

Limits are those of a field option that has them as fields of these names (min, max, min_length, max_length, max_items, and
format, some of which have one length), whatever the option is called. Enum values are without the prefix that the style
guide wants, and without UNSPECIFIED.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor
from google.protobuf.message_factory import GetMessageClass

from harness.contracts.drift.places import Kind, Place
from harness.contracts.versions.schema import Schema

SIDE = "proto"
LENGTHS = {"uuid": 36, "currency": 3, "country": 2}
"""Characters of texts whose format says how long they are."""
LIMITS = ("min", "max", "min_length", "max_length", "min_items", "max_items")
_KINDS: Mapping[int, Kind] = {
    FieldDescriptor.CPPTYPE_STRING: Kind.TEXT,
    FieldDescriptor.CPPTYPE_BOOL: Kind.BOOL,
    FieldDescriptor.CPPTYPE_DOUBLE: Kind.NUMBER,
    FieldDescriptor.CPPTYPE_FLOAT: Kind.NUMBER,
    FieldDescriptor.CPPTYPE_ENUM: Kind.ENUM,
    FieldDescriptor.CPPTYPE_MESSAGE: Kind.OBJECT,
}
_TIMESTAMP = "google.protobuf.Timestamp"


def proto_places(image: bytes) -> Iterator[Place]:
    """All of them. Raises DecodeError for what is no image."""
    schema = Schema(image)
    for name, message in sorted(schema.messages.items()):
        for field in message.fields:
            values = _values(field.enum_type) if field.enum_type is not None else frozenset()
            yield Place(f"{SIDE}:{name}.{field.name}", _kind(field), _limits(field), values)


def _kind(field: Any) -> Kind:
    if field.is_repeated:
        return Kind.LIST
    if field.message_type is not None and field.message_type.full_name == _TIMESTAMP:
        return Kind.TIME
    if field.type == FieldDescriptor.TYPE_BYTES:
        return Kind.BYTES
    return _KINDS.get(field.cpp_type, Kind.WHOLE)


def _values(enum: EnumDescriptor) -> frozenset[str]:
    names = [value.name for value in enum.values]
    prefix = next((name.removesuffix("UNSPECIFIED") for name in names if name.endswith("_UNSPECIFIED")), "")
    return frozenset(name.removeprefix(prefix) for name in names if not name.endswith("_UNSPECIFIED"))


def _limits(field: Any) -> dict[str, int]:
    """The stated ones. The options of this field are read by the pool that the field is of, which knows their extension."""
    stated: dict[str, int] = {}
    for option, value in _options(field):
        if option.message_type is not None and not option.is_repeated:
            known = option.message_type.fields_by_name
            if "format" in known and value.format in LENGTHS:
                stated |= dict.fromkeys(("min_length", "max_length"), LENGTHS[value.format])
            stated |= {name: int(getattr(value, name)) for name in LIMITS if name in known and _stated(value, known[name])}
    return stated


def _options(field: Any) -> Iterator[tuple[Any, Any]]:
    """The options that are set, also those that the generated FieldOptions does not know."""
    pool, options = field.file.pool, field.GetOptions()
    try:
        known = GetMessageClass(pool.FindMessageTypeByName("google.protobuf.FieldOptions"))
    except KeyError:  # nobody imports descriptor.proto, so there are no options of ours
        return
    read = known.FromString(options.SerializeToString())
    yield from read.ListFields()


def _stated(value: Any, field: Any) -> bool:
    return bool(value.HasField(field.name)) if field.has_presence else getattr(value, field.name) != 0
