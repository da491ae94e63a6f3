"""Hypothesis strategies for whole requests of an RPC, from its descriptor and from samples that a system gave.

Most requests are a sample with the value of one field changed, wherever it is nested: those get past the first checks.
Others have several changes of any kind, or are made up field by field, or have bytes cut off or added. All shrink towards an
unchanged sample, so that a shrunk failure shows only what is wrong with it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from harness.fuzz.grpc.values import edited, rare_bytes, value_of
from harness.fuzz.grpc.wire import FIXED32, FIXED64, LEN, VARINT, WIRE_TYPES, Entry, encoded, nested

Entries = tuple[Entry, ...]
Draw = Callable[[SearchStrategy[Any]], Any]

Change = Callable[[Draw, Descriptor, Entries, "Known"], Entries]

UNKNOWN_FIELDS = (99, 1000, 19_000, 536_870_911)
"""Numbers no message declares; 19000 is reserved by protobuf, the last is the largest there is."""
REPEATS = (2, 3, 10, 11, 51, 101, 501, 1001, 5001)
DEPTHS = (50, 101, 3000)
"""Levels of nesting: protobuf libraries stop at 100 by default."""
MOST_BYTES = 3_000_000
"""Larger requests are cut to it; servers are sent larger ones by `calls.OVERSIZED` alone."""
SEVERAL, MADE_UP = 7, 9
"""Of ten requests, these and later ones have several changes, or are made up."""


@dataclass(frozen=True)
class Known:
    """Identifiers that exist, by the name of the field that takes them; `product_id`, or in full `pkg.Message.id`."""

    by_field: Mapping[str, Sequence[str]]

    def of(self, field: FieldDescriptor) -> Sequence[str]:
        """Those that fit a field, by its full name, its name, or its name in the singular."""
        names = (field.full_name, field.name, field.name.removesuffix("s"))
        return next((self.by_field[name] for name in names if name in self.by_field), ())


_EITHER = st.booleans()
_FEW, _OF_FOUR, _OF_TEN, _OF_TWELVE = st.integers(1, 3), st.integers(0, 3), st.integers(0, 9), st.integers(0, 11)


def bodies(request: Descriptor, samples: Sequence[Entries], known: Known) -> SearchStrategy[bytes]:
    """The bytes of a request."""

    @st.composite
    def made(draw: Draw) -> bytes:
        how = draw(_OF_TEN)
        entries = draw(st.sampled_from(samples)) if samples and how < MADE_UP else _made_up(draw, request, known, depth=3)
        if how < SEVERAL:
            return encoded(_one_value(draw, request, entries, known))
        for _ in range(draw(_FEW)):
            entries = _changed(draw, request, entries, known)
        return _torn(draw, encoded(entries)[:MOST_BYTES])

    return made()


def _one_value(draw: Draw, message: Descriptor, entries: Entries, known: Known) -> Entries:
    """The same with another value in one field, set or not, at any depth."""
    places = list(_places(message, entries))
    if not places:
        return entries
    path, field = draw(st.sampled_from(places))
    return _put(draw, entries, path, field, known)


Place = tuple[tuple[int, ...], FieldDescriptor]
"""Positions of entries from the outermost inwards, the last one beyond the end where a field is not set; and the field."""


def _places(message: Descriptor, entries: Entries) -> Iterator[Place]:
    seen = set()
    for at, entry in enumerate(entries):
        field = _field(message, entry)
        if field is None:
            continue
        seen.add(entry.number)
        if field.message_type is None:
            yield (at,), field
        elif isinstance(entry.value, tuple):
            yield from (((at, *path), inner) for path, inner in _places(field.message_type, entry.value))
    unset = (field for field in message.fields if field.number not in seen)
    yield from (((len(entries),), field) for field in unset)


def _put(draw: Draw, entries: Entries, path: tuple[int, ...], field: FieldDescriptor, known: Known) -> Entries:
    at, *rest = path
    old = entries[at].value if at < len(entries) else None
    if rest and isinstance(old, tuple):
        new = replace(entries[at], value=_put(draw, old, tuple(rest), field, known))
    elif isinstance(old, bytes) and old and draw(_OF_FOUR) == 0:
        new = replace(entries[at], value=draw(edited(old)))
    else:
        new = _entry(draw, field, known, depth=2)
    return (*entries[:at], new, *entries[at + 1 :])


def _made_up(draw: Draw, message: Descriptor, known: Known, depth: int) -> Entries:
    """Every field set or not, by the descriptor."""
    entries: list[Entry] = []
    for field in message.fields:
        if depth and draw(_OF_FOUR):
            entries += [_entry(draw, field, known, depth) for _ in range(draw(_FEW) if field.is_repeated else 1)]
    return tuple(entries)


def _entry(draw: Draw, field: FieldDescriptor, known: Known, depth: int) -> Entry:
    if field.message_type is not None:
        return Entry(field.number, LEN, _made_up(draw, field.message_type, known, depth - 1))
    return Entry(field.number, WIRE_TYPES.get(field.type, VARINT), draw(value_of(field, known.of(field))))


def _changed(draw: Draw, message: Descriptor, entries: Entries, known: Known) -> Entries:
    """One change, at this level or within a nested message."""
    nested = [n for n, e in enumerate(entries) if isinstance(e.value, tuple) and _field(message, e)]
    if nested and draw(_EITHER):
        at = draw(st.sampled_from(nested))
        inner, field = entries[at].value, _field(message, entries[at])
        if isinstance(inner, tuple) and field is not None and field.message_type is not None:
            changed = replace(entries[at], value=_changed(draw, field.message_type, inner, known))
            return (*entries[:at], changed, *entries[at + 1 :])
    change: Change = draw(st.sampled_from(_CHANGES))
    return change(draw, message, entries, known)


def _another_value(draw: Draw, message: Descriptor, entries: Entries, known: Known) -> Entries:
    if not entries:
        return _one_more(draw, message, entries, known)
    at = draw(st.integers(0, len(entries) - 1))
    entry, field = entries[at], _field(message, entries[at])
    if field is None:
        return entries
    if isinstance(entry.value, bytes) and draw(_EITHER):
        new = replace(entry, value=draw(edited(entry.value)))
    else:
        new = _entry(draw, field, known, depth=3)
    return (*entries[:at], new, *entries[at + 1 :])


def _one_less(draw: Draw, _: Descriptor, entries: Entries, __: Known) -> Entries:
    if not entries:
        return entries
    at = draw(st.integers(0, len(entries) - 1))
    return (*entries[:at], *entries[at + 1 :])


def _one_more(draw: Draw, message: Descriptor, entries: Entries, known: Known) -> Entries:
    if not message.fields:
        return entries
    return (*entries, _entry(draw, draw(st.sampled_from(list(message.fields))), known, depth=3))


def _many(draw: Draw, _: Descriptor, entries: Entries, __: Known) -> Entries:
    """An entry over and over: a huge repeated field, or a single one set again."""
    if not entries:
        return entries
    one, times = draw(st.sampled_from(entries)), draw(st.sampled_from(REPEATS))
    return (*entries, *(one for _ in range(times)))


def _unknown_field(draw: Draw, _: Descriptor, entries: Entries, __: Known) -> Entries:
    wire = draw(st.sampled_from((VARINT, FIXED64, LEN, FIXED32)))
    value = draw(st.binary(max_size=40)) if wire == LEN else 2**31 - 1
    return (*entries, Entry(draw(st.sampled_from(UNKNOWN_FIELDS)), wire, value))


def _another_type(draw: Draw, message: Descriptor, entries: Entries, _: Known) -> Entries:
    """A declared field with the wire type of another kind, or bytes that are no message or no UTF-8."""
    if not message.fields:
        return entries
    field = draw(st.sampled_from(list(message.fields)))
    wire = draw(st.sampled_from((VARINT, FIXED64, LEN, FIXED32)))
    return (*entries, Entry(field.number, wire, draw(rare_bytes()) if wire == LEN else 2**31 - 1))


def _deep(draw: Draw, message: Descriptor, entries: Entries, _: Known) -> Entries:
    """A field nested in itself, over and over, whether or not the descriptor can hold that."""
    number = draw(st.sampled_from([field.number for field in message.fields] or [1]))
    return (*entries, Entry(number, LEN, nested(number, draw(st.sampled_from(DEPTHS)))))


_CHANGES = (_another_value, _one_less, _one_more, _another_value, _another_type, _unknown_field, _many, _another_value, _deep)
"""The simplest first; another value is the likeliest."""


def _torn(draw: Draw, data: bytes) -> bytes:
    how = draw(_OF_TWELVE)
    if how == 10:
        return data[: draw(st.integers(0, len(data)))]
    return data + draw(st.binary(min_size=1, max_size=20)) if how == 11 else data


def _field(message: Descriptor, entry: Entry) -> FieldDescriptor | None:
    found: FieldDescriptor | None = message.fields_by_number.get(entry.number)
    return found
