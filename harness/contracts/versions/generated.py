"""Hypothesis strategies for the messages of a schema: values that are known to mean something, any others, and foreign ones.

Foreign is what another version could send: numbers that an enum does not have, and fields that a message does not have.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

FOREIGN_FIELD = 1987
"""A field number that no message has."""
FOREIGN_ENUM = 99
_DEPTH = 4
_F = FieldDescriptor
_SCALARS: Mapping[int, SearchStrategy[Any]] = {
    _F.CPPTYPE_STRING: st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    _F.CPPTYPE_INT32: st.integers(-(2**31), 2**31 - 1),
    _F.CPPTYPE_INT64: st.integers(-(2**63), 2**63 - 1),
    _F.CPPTYPE_UINT32: st.integers(0, 2**32 - 1),
    _F.CPPTYPE_UINT64: st.integers(0, 2**64 - 1),
    _F.CPPTYPE_BOOL: st.booleans(),
    _F.CPPTYPE_DOUBLE: st.floats(allow_nan=False),
    _F.CPPTYPE_FLOAT: st.floats(width=32, allow_nan=False),
}

Known = Mapping[str, Sequence[Any]]
"""Values that mean something, by the name of the field."""


@st.composite
def messages(draw: st.DrawFn, descriptor: Descriptor, known: Known, depth: int = _DEPTH) -> Message:
    """A message of which about every second field is set, some with known values, at times with a field of another version."""
    message: Any = GetMessageClass(descriptor)()
    for field in descriptor.fields:
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            continue
        if not draw(st.booleans()):
            continue
        if field.message_type is not None:
            if depth > 0:
                count = draw(st.integers(0, 3)) if field.is_repeated else 1
                made = [draw(messages(field.message_type, known, depth - 1)) for _ in range(count)]
                if field.is_repeated:
                    getattr(message, field.name).extend(made)
                else:
                    getattr(message, field.name).CopyFrom(made[0])
        elif field.is_repeated:
            getattr(message, field.name).extend(draw(st.lists(_values(field, known), max_size=3)))
        else:
            setattr(message, field.name, draw(_values(field, known)))
    if draw(st.integers(0, 3)) == 0:
        message.MergeFromString(foreign(draw(st.text(max_size=10))))
    whole: Message = message
    return whole


def foreign(text: str) -> bytes:
    """The wire form of a text field of another version."""
    body = text.encode(errors="replace")
    return _varint(FOREIGN_FIELD << 3 | 2) + _varint(len(body)) + body


def _values(field: Any, known: Known) -> SearchStrategy[Any]:
    if field.enum_type is not None:
        return st.sampled_from([*(value.number for value in field.enum_type.values), FOREIGN_ENUM])
    if field.type == _F.TYPE_BYTES:
        return st.binary(max_size=40)
    anything = _SCALARS[field.cpp_type]
    meant = known.get(field.name)
    return st.one_of(st.sampled_from(meant), anything) if meant else anything


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
