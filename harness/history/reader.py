"""Reads a history file. The only damage that is tolerated is an incomplete last line, as a crash of the writer leaves it.

It reads line by line, so that memory is bounded by what is kept.
"""

import heapq
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from harness.history import compressed
from harness.history.history import Entry, History, ObservedRows
from harness.history.memory import Interning, collector_paused
from harness.history.parts import BEGUN, parts_of
from harness.history.records import RECORD, Event

LONG = 1 << 18
"""Length of a line in bytes from which its rows are kept compressed."""


class CorruptHistoryError(Exception):
    """A line in the middle of a history cannot be read, so nothing may be judged from it."""


def read_run(folder: Path) -> History:
    """The history of a run, all its parts merged by time; `History.torn` quotes every torn last line.

    Raises CorruptHistoryError, also for parts whose clocks differ, and OSError, FileNotFoundError without `history.jsonl`.
    """
    paths = parts_of(folder)
    if len(paths) == 1:
        return read(paths[0])
    torn: list[str] = []
    with ExitStack() as open_files, collector_paused():
        files = [open_files.enter_context(path.open("rb")) for path in paths]
        boots: dict[str, Path] = {}
        parts = [_of_one_boot(_entries(file, path, torn), path, boots) for file, path in zip(files, paths, strict=True)]
        history = History(heapq.merge(*parts, key=lambda entry: entry.time_ns), interning=Interning())
    history.torn = "".join(torn)
    return history


def _of_one_boot(entries: Iterator[Entry], path: Path, boots: dict[str, Path]) -> Iterator[Entry]:
    """The entries of a part. Raises CorruptHistoryError when its clock is not that of the parts in `boots`."""
    for entry in entries:
        if isinstance(entry, Event) and entry.event == BEGUN:
            boots.setdefault(str(entry.detail.get("boot")), path)
            if len(boots) > 1:
                other = next(iter(boots.values()))
                raise CorruptHistoryError(f"{other} and {path} were written under different boots: their clocks differ")
        yield entry


def read(path: Path) -> History:
    """The history in a file. A torn last line is left out and quoted in `History.torn`.

    Raises CorruptHistoryError for any other line that is no record, and OSError.
    """
    torn: list[str] = []
    with path.open("rb") as file, collector_paused():
        history = History(_entries(file, path, torn), interning=Interning())
    history.torn = "".join(torn)
    return history


def _entries(file: BinaryIO, path: Path, torn: list[str]) -> Iterator[Entry]:
    for number, line in enumerate(file, start=1):
        try:
            yield _entry(line)
        except ValueError as error:
            if not line.endswith(b"\n"):  # the writer ends every line, so this one was being written when it died
                torn.append(line[:200].decode(errors="replace"))
                return
            said = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
            raise CorruptHistoryError(f"{path}:{number}: not a record of a history: {said}") from error


def _entry(line: bytes) -> Entry:
    """Parse a line. Raises ValueError."""
    if len(line) >= LONG and (seen := compressed.observation(line)):
        return ObservedRows(*seen)
    return RECORD.validate_json(line)
