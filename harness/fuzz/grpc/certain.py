"""Requests that every RPC gets whatever the seed: what a drawn request has only by chance, and what each server must stand."""

from collections.abc import Iterator, Sequence

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from harness.fuzz.grpc.values import ENUM_UNKNOWN
from harness.fuzz.grpc.wire import LEN, VARINT, Entry, encoded

Entries = tuple[Entry, ...]

UNDECODABLE = b"\xff\xff\xff"
FOREIGN = Entry(536_870_911, LEN, b"of a later version")
"""A field with the largest number there is, which no message declares."""
DEPTH = 3
"""How deep enums are looked for."""


def certain(request: Descriptor, samples: Sequence[Entries]) -> Iterator[bytes]:
    """What cannot be decoded; a sample cut off, and with a foreign field; and each enum with a number that nobody knows."""
    yield UNDECODABLE
    base = samples[0] if samples else ()
    if body := encoded(base):
        yield body[:-1]
    yield encoded((*base, FOREIGN))
    for path in _enums(request, DEPTH):
        yield encoded(_with(base, path, ENUM_UNKNOWN[1]))


def _enums(message: Descriptor, depth: int) -> Iterator[tuple[int, ...]]:
    """Field numbers from the outermost message inwards, the last of an enum."""
    for field in message.fields:
        if field.type == FieldDescriptor.TYPE_ENUM:
            yield (field.number,)
        elif depth and field.message_type is not None:
            yield from ((field.number, *path) for path in _enums(field.message_type, depth - 1))


def _with(entries: Entries, path: tuple[int, ...], number: int) -> Entries:
    """The entries with this number as the value at a path, whatever was there. Of a repeated message, the first has it."""
    first, *rest = path
    if not rest:
        kept = tuple(entry for entry in entries if entry.number != first)
        return (*kept, Entry(first, VARINT, number))
    at = next((n for n, entry in enumerate(entries) if entry.number == first and isinstance(entry.value, tuple)), len(entries))
    inner = entries[at].value if at < len(entries) else ()
    assert isinstance(inner, tuple)  # noqa: S101 - sought as one
    return (*entries[:at], Entry(first, LEN, _with(inner, tuple(rest), number)), *entries[at + 1 :])
