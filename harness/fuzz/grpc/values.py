"""Hypothesis strategies for the values of single fields: borders of the types, odd text, bytes that are no text at all.

Lists of interesting values come first and weigh most; the simplest is first, because shrinking moves towards it. Strategies
are cached, because hypothesis spends more time on making and validating one than on drawing from it.
"""

import base64
import binascii
from collections.abc import Sequence
from functools import cache

from google.protobuf.descriptor import FieldDescriptor
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

LENGTHS = (
    1,
    2,
    3,
    8,
    20,
    21,
    36,
    37,
    63,
    64,
    65,
    100,
    101,
    128,
    129,
    200,
    201,
    254,
    255,
    256,
    320,
    321,
    1000,
    2000,
    2001,
    4000,
)
LONG = (4001, 65_535, 65_536, 200_000)
CHARACTERS = (
    "a",
    "Z",
    "0",
    "ä",
    "€",
    "\U0001f9ff",
    "\u0301",
    "\u200b",
    "\u202e",
    "\x00",
    "\n",
    "\x7f",
    " ",
    "%",
    "_",
    "'",
    "\\",
)
TEXTS = (
    "", " ", "0", "-1", "null", "\x00", "\n", "a\x00b", "é\u0301", "\ufeff", "\uffff", "\U0010ffff", "%s%n", "' OR 1=1 -- ",
    "../../etc", "<b>", "{{7*7}}", "a@b", "a@b.c", "x@example.org", '"a b"@example.org', "ä@example.org", "a@ä.example",
    "a@b.c\r\nBcc: d@e.f", "EUR", "eur", "XXX", "€€€", "GB", "Ĳ", "x" * 36, "é" * 36, "https://example.org/a", "http://",
    "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "FFFFFFFF-FFFF-4FFF-8FFF-FFFFFFFFFFFF",
    "{12345678-1234-4234-8234-123456789abc}", "urn:uuid:12345678-1234-4234-8234-123456789abc",
    "12345678123442348234123456789abc",
    "2026-01-01T00:00:00+14:00", "e30.e30.", "eyJhbGciOiJub25lIn0.e30.", "MjAyNi0wMS0wMVQwMDowMDowMHw=",
)  # fmt: skip
NOT_UTF8 = (b"\xff", b"\xc3", b"a\xfe", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\x80" * 64)
INT32 = (0, 1, -1, 2, 10, 99, 100, 101, 1000, 1001, 10_001, 2**31 - 1, -(2**31))
INT64 = (*INT32, 1_000_000, 1_000_001, 10**9, 10**9 + 1, 10**15, 10**15 + 1, 2**31, 2**32, 2**53 + 1, 2**63 - 1, -(2**63))
ENUM_UNKNOWN = (-1, 99, 127, 2**31 - 1, -(2**31))
_TEXT = FieldDescriptor.TYPE_STRING
_BYTES = FieldDescriptor.TYPE_BYTES
_ENUM = FieldDescriptor.TYPE_ENUM
_BOOL = FieldDescriptor.TYPE_BOOL
_INT32 = (FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_SINT32, FieldDescriptor.TYPE_SFIXED32)


@cache
def texts() -> SearchStrategy[bytes]:
    """Text as bytes: known troublemakers, every usual length limit and one more, in one- to four-byte characters."""
    repeated = st.builds(lambda c, n: (c * n).encode(), st.sampled_from(CHARACTERS), st.sampled_from(LENGTHS))
    return st.one_of(st.sampled_from(TEXTS).map(str.encode), repeated, st.text(max_size=40).map(_encoded))


@cache
def rare_bytes() -> SearchStrategy[bytes]:
    """What is no UTF-8, or very long."""
    long = st.builds(lambda c, n: (c * n).encode(), st.sampled_from(("a", "€")), st.sampled_from(LONG))
    return st.one_of(st.sampled_from(NOT_UTF8), long, st.binary(max_size=40))


@cache
def numbers(kind: int, declared: tuple[int, ...] = ()) -> SearchStrategy[int]:
    """Integers of a field of that type: the borders, and one beyond usual limits; of an enum, unknown numbers too."""
    if kind == _ENUM:
        return st.sampled_from((*declared, *ENUM_UNKNOWN))
    if kind == _BOOL:
        return st.sampled_from((0, 1, 2, 2**63))
    if kind in _INT32:
        return st.one_of(st.sampled_from(INT32), st.integers(-(2**31), 2**31 - 1))
    return st.one_of(st.sampled_from(INT64), st.integers(-(2**63), 2**63 - 1))


def value_of(field: FieldDescriptor, known: Sequence[str]) -> SearchStrategy[bytes] | SearchStrategy[int]:
    """A value for a field that is no message. `known` are identifiers that exist, to get past "not found"."""
    if field.type in (_TEXT, _BYTES):
        return _text_of(tuple(known))
    return numbers(field.type, tuple(value.number for value in field.enum_type.values) if field.enum_type is not None else ())


@cache
def _text_of(known: tuple[str, ...]) -> SearchStrategy[bytes]:
    real = st.sampled_from([text.encode() for text in known]) if known else texts()
    return st.one_of(real, texts(), texts(), texts(), rare_bytes())


@cache
def edited(value: bytes) -> SearchStrategy[bytes]:
    """A text with one edit: cut, doubled, a character changed, its case changed; of base64 text, what it encodes as well."""
    cut = st.integers(0, len(value)).map(lambda n: value[:n])
    whole = (value + value, value.upper(), value.lower(), value[::-1], b" " + value, value + b"\n", b"{" + value + b"}")
    plain = st.one_of(cut, _with_one(value, (b"", b"0", b"\x00", b"-", b"z")), st.sampled_from(whole))
    inner = _decoded(value)
    if not inner:
        return plain
    cut_inside = st.integers(0, len(inner)).map(lambda n: inner[:n])
    inside = st.one_of(cut_inside, _with_one(inner, (b"9", b"-", b"\xff", b"\x00", b"99", "é".encode())))
    return st.one_of(plain, inside.map(base64.urlsafe_b64encode))


def _with_one(value: bytes, parts: Sequence[bytes]) -> SearchStrategy[bytes]:
    """The value with one of the parts in place of a byte."""
    at, part = st.integers(0, len(value)), st.sampled_from(parts)
    return st.builds(lambda n, put: value[:n] + put + value[n + 1 :], at, part)


def _decoded(value: bytes) -> bytes:
    try:
        return base64.b64decode(value, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def _encoded(text: str) -> bytes:
    return text.encode(errors="replace")
