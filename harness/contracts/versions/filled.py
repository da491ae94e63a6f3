"""Messages of a schema with every field set, to values that a wrong reader would misread.

Numbers are negative or large where the type allows it (zigzag, sign and width show), text has several bytes a character, lists
have two different elements, and of a oneof each field is set in a message of its own.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

DEPTH = 6
"""How deep messages within messages are filled; a recursive one ends there."""

_F = FieldDescriptor
_VALUES: Mapping[int, Callable[[int], Any]] = {
    _F.TYPE_DOUBLE: lambda n: -1.5 * n - 1e300,
    _F.TYPE_FLOAT: lambda n: -1.5 * n - 0.25,
    _F.TYPE_INT64: lambda n: -(2**62) + n,
    _F.TYPE_SINT64: lambda n: -(2**62) + n,
    _F.TYPE_SFIXED64: lambda n: -(2**62) + n,
    _F.TYPE_UINT64: lambda n: 2**64 - 1 - n,
    _F.TYPE_FIXED64: lambda n: 2**64 - 1 - n,
    _F.TYPE_INT32: lambda n: -(2**30) + n,
    _F.TYPE_SINT32: lambda n: -(2**30) + n,
    _F.TYPE_SFIXED32: lambda n: -(2**30) + n,
    _F.TYPE_UINT32: lambda n: 2**32 - 1 - n,
    _F.TYPE_FIXED32: lambda n: 2**32 - 1 - n,
    _F.TYPE_BOOL: lambda _: True,
    _F.TYPE_STRING: lambda n: f"grün € {n}",
    _F.TYPE_BYTES: lambda n: b"\xff\x00" + bytes([n % 256]),
}


def filled(descriptor: Descriptor, depth: int = DEPTH) -> Iterator[Message]:
    """Messages that set every field between them: one, and one more for each further field of a oneof."""
    yield _filled(descriptor, depth, {})
    for oneof in descriptor.oneofs:
        for field in oneof.fields[1:]:
            yield _filled(descriptor, depth, {oneof.name: field.name})


def _filled(descriptor: Descriptor, depth: int, chosen: Mapping[str, str]) -> Message:
    message: Any = GetMessageClass(descriptor)()
    for field in descriptor.fields:
        oneof = field.containing_oneof
        if oneof is None or field.name == chosen.get(oneof.name, oneof.fields[0].name):
            _set(message, field, depth)
    filled_message: Message = message
    return filled_message


def _set(message: Any, field: FieldDescriptor, depth: int) -> None:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        entries = getattr(message, field.name)
        key, value = field.message_type.fields_by_name["key"], field.message_type.fields_by_name["value"]
        if value.message_type is None:
            entries[_value(key, 1)] = _value(value, 1)
        elif depth > 0:
            entries[_value(key, 1)].CopyFrom(_filled(value.message_type, depth - 1, {}))
    elif field.message_type is not None:
        if depth > 0:
            one = _filled(field.message_type, depth - 1, {})
            if field.is_repeated:
                getattr(message, field.name).extend([one, one])
            else:
                getattr(message, field.name).CopyFrom(one)
    elif field.is_repeated:
        getattr(message, field.name).extend([_value(field, 1), _value(field, 2)])
    else:
        setattr(message, field.name, _value(field, field.number))


def _value(field: FieldDescriptor, n: int) -> Any:
    if field.enum_type is not None:
        return field.enum_type.values[-1].number
    return _VALUES[field.type](n)
