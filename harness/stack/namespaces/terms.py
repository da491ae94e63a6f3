"""Erlang's external term format, as far as calls to a broker and their answers need it.

Source: ERTS User's Guide, "External Term Format". Atoms are Atom, binaries bytes, strings of small integers bytes as well;
maps, floats and functions do not occur here.
"""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

VERSION = b"\x83"

_ATOM, _LONG_ATOM, _PID, _REFERENCE = b"w", b"v", b"X", b"Z"
_BYTE, _INTEGER, _BINARY, _STRING = b"a", b"b", b"m", b"k"
_TUPLE, _LIST, _NIL = b"h", b"l", b"j"


class Atom(str):
    """An atom."""

    __slots__ = ()


@dataclass(frozen=True)
class Pid:
    """A process of a node."""

    node: Atom
    creation: int
    id: int = 1
    serial: int = 0


@dataclass(frozen=True)
class Reference:
    """A reference: identifies the answer to a call."""

    node: Atom
    creation: int
    words: tuple[int, ...]


class Undecodable(ValueError):
    """A term of an unsupported kind, or a truncated one."""


def encode(term: Any) -> bytes:
    """A term without its version byte. Raises TypeError for an unsupported type."""
    match term:
        case Atom():
            name = term.encode()
            return _ATOM + bytes([len(name)]) + name
        case Pid():
            return _PID + encode(term.node) + struct.pack(">III", term.id, term.serial, term.creation)
        case Reference():
            numbers = struct.pack(f">{len(term.words) + 1}I", term.creation, *term.words)
            return _REFERENCE + struct.pack(">H", len(term.words)) + encode(term.node) + numbers
        case int():
            return _INTEGER + struct.pack(">i", term)
        case bytes():
            return _BINARY + struct.pack(">I", len(term)) + term
        case tuple():
            return _TUPLE + bytes([len(term)]) + b"".join(map(encode, term))
        case list():
            return _LIST + struct.pack(">I", len(term)) + b"".join(map(encode, term)) + _NIL if term else _NIL
    raise TypeError(f"{type(term).__name__} is not a term")


def decode(data: bytes) -> tuple[Any, bytes]:
    """The first term of `data`, after its version byte, and the remaining bytes. Raises Undecodable."""
    if data[:1] != VERSION:
        raise Undecodable(f"not a term: {data[:20]!r}")
    reader = _Reader(data[1:])
    try:
        return reader.term(), reader.rest
    except (struct.error, IndexError) as error:
        raise Undecodable(f"a torn term: {data[:200]!r}") from error


class _Reader:
    def __init__(self, rest: bytes) -> None:
        self.rest = rest

    def term(self) -> Any:
        kind = self._take(1)
        if kind not in _KINDS:
            raise Undecodable(f"a term of kind {kind!r}")
        return _KINDS[kind](self)

    def _take(self, size: int) -> bytes:
        if len(self.rest) < size:
            raise IndexError(size)
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken

    def number(self, form: str) -> int:
        (value,) = struct.unpack(f">{form}", self._take(struct.calcsize(f">{form}")))
        return int(value)

    def text(self, size: int) -> bytes:
        return self._take(size)

    def terms(self, count: int) -> list[Any]:
        return [self.term() for _ in range(count)]

    def list(self) -> "list[Any]":
        found = self.terms(self.number("I"))
        tail = self.term()
        return found if tail == [] else [*found, tail]

    def pid(self) -> Pid:
        node, id_, serial, creation = self.term(), self.number("I"), self.number("I"), self.number("I")
        return Pid(node, creation, id_, serial)

    def reference(self) -> Reference:
        count, node, creation = self.number("H"), self.term(), self.number("I")
        return Reference(node, creation, tuple(self.number("I") for _ in range(count)))


_KINDS: Mapping[bytes, Callable[[_Reader], Any]] = {
    _ATOM: lambda read: Atom(read.text(read.number("B")).decode()),
    _LONG_ATOM: lambda read: Atom(read.text(read.number("H")).decode()),
    _BYTE: lambda read: read.number("B"),
    _INTEGER: lambda read: read.number("i"),
    _BINARY: lambda read: read.text(read.number("I")),
    _STRING: lambda read: read.text(read.number("H")),
    _TUPLE: lambda read: tuple(read.terms(read.number("B"))),
    _LIST: lambda read: read.list(),
    _NIL: lambda _read: [],
    _PID: lambda read: read.pid(),
    _REFERENCE: lambda read: read.reference(),
}
