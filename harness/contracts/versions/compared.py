"""What one version wrote and the other read: field by field, by what the two call it."""

from collections.abc import Iterator
from typing import Any

from google.protobuf.message import Message


def differences(written: Message, read: Message, where: str = "") -> Iterator[tuple[str, str, str]]:
    """(field, rule, what happened) for every field of the writer that the reader reads as something else.

    A field that the reader does not know is none of these: it has to survive, which is seen when it is written again.
    """
    where = where or written.DESCRIPTOR.full_name
    known = read.DESCRIPTOR.fields_by_number
    for field, value in written.ListFields():
        place = f"{where}.{field.name}"
        theirs = known.get(field.number)
        if theirs is None:
            continue
        if theirs.name != field.name:
            yield place, "field-number-reused", f"the other version reads number {field.number} as {theirs.name}"
        elif _kind(theirs) != _kind(field):
            yield place, "field-read-differently", f"{_kind(field)} here, {_kind(theirs)} in the other version"
        elif field.message_type is None:
            if (got := getattr(read, field.name)) != value:
                yield place, "field-read-differently", f"{value!r} is read as {got!r}"
        else:
            yield from _within(field, value, getattr(read, theirs.name), place)


def _within(field: Any, value: Any, got: Any, place: str) -> Iterator[tuple[str, str, str]]:
    message = field.message_type
    if message is not None and message.GetOptions().map_entry:
        if set(value) != set(got):
            yield place, "field-read-differently", f"its keys {sorted(value)} are read as {sorted(got)}"
    elif field.is_repeated:
        if len(got) != len(value):
            yield place, "field-read-differently", f"its {len(value)} elements are read as {len(got)}"
        for one, other in list(zip(value, got, strict=False))[:1]:
            yield from differences(one, other, place)
    else:
        yield from differences(value, got, place)


def _kind(field: Any) -> str:
    """What must be equal for the values to be compared at all; names of types are not on the wire."""
    is_map = field.message_type is not None and field.message_type.GetOptions().map_entry
    many = "map" if is_map else "list of " if field.is_repeated else ""
    return many + ("" if is_map else "messages" if field.message_type is not None else "values")
