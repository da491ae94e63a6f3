"""Protobuf's wire format below the level of messages, so that what no library would write can be written.

A message is a list of entries, each a field number and a value; nothing checks that number, type or value fit a descriptor.
Source: protobuf.dev, "Encoding" (varint, I64, LEN, I32; groups are long deprecated and not written).
"""

import struct
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

VARINT, FIXED64, LEN, FIXED32 = 0, 1, 2, 5
_MASK = (1 << 64) - 1

WIRE_TYPES = {
    **dict.fromkeys((FieldDescriptor.TYPE_DOUBLE, FieldDescriptor.TYPE_FIXED64, FieldDescriptor.TYPE_SFIXED64), FIXED64),
    **dict.fromkeys((FieldDescriptor.TYPE_FLOAT, FieldDescriptor.TYPE_FIXED32, FieldDescriptor.TYPE_SFIXED32), FIXED32),
    **dict.fromkeys((FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES, FieldDescriptor.TYPE_MESSAGE), LEN),
}
"""The wire type of each kind of field; all others are varints."""


@dataclass(frozen=True)
class Entry:
    """One field on the wire: a number for the fixed and varint types, bytes or nested entries for LEN."""

    number: int
    wire: int
    value: "int | bytes | tuple[Entry, ...]"


def encoded(entries: "tuple[Entry, ...]") -> bytes:
    """The bytes of a message with these entries, in their order."""
    return b"".join(_varint(entry.number << 3 | entry.wire) + _value(entry) for entry in entries)


def nested(number: int, levels: int) -> bytes:
    """A field that holds itself, over and over, the innermost one empty. Made from the inside, so as not to copy each level."""
    heads, size = [], 0
    for _ in range(levels):
        heads.append(_varint(number << 3 | LEN) + _varint(size))
        size += len(heads[-1])
    return b"".join(reversed(heads))


def _value(entry: Entry) -> bytes:
    value = entry.value
    if isinstance(value, int):
        if entry.wire == VARINT:
            return _varint(value)
        return struct.pack("<Q", value & _MASK) if entry.wire == FIXED64 else struct.pack("<I", value & 0xFFFFFFFF)
    data = value if isinstance(value, bytes) else encoded(value)
    return _varint(len(data)) + data


def _varint(value: int) -> bytes:
    """Negative numbers as protobuf writes them: sign-extended to 64 bits."""
    value &= _MASK
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def entries_of(message: Message) -> tuple[Entry, ...]:
    """A message as entries, in the order of its field numbers. A float is cut to a whole number."""
    found: list[Entry] = []
    for field, value in message.ListFields():
        values = value if field.is_repeated else (value,)
        found += [_entry(field, each) for each in values]
    return tuple(found)


def _entry(field: Any, value: Any) -> Entry:
    wire = WIRE_TYPES.get(field.type, VARINT)
    if isinstance(value, Message):
        return Entry(field.number, wire, entries_of(value))
    if isinstance(value, str):
        return Entry(field.number, wire, value.encode())
    return Entry(field.number, wire, value if isinstance(value, bytes) else int(value))
