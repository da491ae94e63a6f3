"""Large observations in memory: rows as compressed JSON, decompressed in chunks during iteration."""

import json
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar, overload

from pydantic import TypeAdapter
from pydantic_core import from_json

from harness.history.records import Row

CHUNK = 1000
"""Rows per chunk."""
LEVEL = 1

T = TypeVar("T")

_HEAD = re.compile(rb'\{"time_ns":(\d+),"subject":("(?:[^"\\]|\\.)*"),(?:"at_rest":(true|false),)?"rows":\[')
_TAIL = b'],"type":"observation"}\n'
_ROW = json.JSONDecoder()


class CompressedRows(Sequence[Row]):
    """A sequence of a few bytes per row; iteration is fast, access by index decompresses a chunk."""

    def __init__(self, chunks: Iterable[tuple[int, bytes]]) -> None:
        """`chunks` are JSON arrays, each with the number of rows in it."""
        self._length = 0
        self._chunks: list[bytes] = []
        for number, text in chunks:
            self._length += number
            self._chunks.append(zlib.compress(text, LEVEL))

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Row]:
        for chunk in self._chunks:
            yield from from_json(zlib.decompress(chunk))

    def typed(self, kind: type[T]) -> Iterator[T]:
        """Every row as a dataclass, parsed directly from JSON. Raises pydantic.ValidationError."""
        read = TypeAdapter(list[kind]).validate_json  # type: ignore[valid-type]  # a type at run time
        for chunk in self._chunks:
            yield from read(zlib.decompress(chunk))

    @overload
    def __getitem__(self, place: int) -> Row: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...

    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        return tuple(self)[place]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # equal to tuples and to lists, whose hashes differ


def observation(line: bytes) -> tuple[int, str, CompressedRows, bool] | None:
    """Time, subject, rows and `at_rest` of an observation, a line as the writer writes it; None for any other one.

    Raises ValueError when its rows are no JSON objects. They are never in memory all at once.
    """
    head = _HEAD.match(line)
    if head is None or not line.endswith(_TAIL):
        return None
    text = str(memoryview(line)[head.end() : -len(_TAIL)], "utf-8")  # the line is long: no copies of it
    return int(head[1]), str(json.loads(head[2])), CompressedRows(_chunks(text)), head[3] != b"false"


def _chunks(text: str) -> Iterator[tuple[int, bytes]]:
    """The objects of a list without its brackets, so many at a time."""
    begin = at = number = 0
    while at < len(text):
        row, at = _ROW.raw_decode(text, at)
        last = at == len(text)
        if not isinstance(row, dict) or not (last or (text[at] == "," and at + 1 < len(text))):
            raise ValueError("a row is no object")
        number += 1
        if last or number == CHUNK:
            yield number, f"[{text[begin:at]}]".encode()
            begin, number = at + 1, 0
        at += 1
