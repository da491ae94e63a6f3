"""Where a sandbox writes down what happened, before it tells anyone.

Guarantees: a record that `append` returned from is there after `kill -9` of the process (not after a power cut: there is
no fsync); records come back in the order they were written; a record cut short by a crash was never confirmed to
anyone and is dropped; a file that is damaged otherwise, or that another process writes to, is refused, not repaired.
"""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

RecordT = TypeVar("RecordT")


class JournalError(Exception):
    """The journal cannot be used; the message says which file and why."""


class Journal(Protocol[RecordT]):
    """An append-only list of records."""

    def replay(self) -> Iterator[RecordT]:
        """Yield every record written so far, oldest first."""

    def append(self, record: RecordT) -> None:
        """Write one record; when this raises, nothing was written."""

    def close(self) -> None:
        """Let go of what is held; the journal cannot be used afterwards."""


class NoJournal(Generic[RecordT]):
    """Keeps nothing: the sandbox forgets everything when its process ends."""

    def replay(self) -> Iterator[RecordT]:
        """Yield nothing."""
        return iter(())

    def append(self, record: RecordT) -> None:
        """Forget the record."""

    def close(self) -> None:
        """Do nothing."""


class FileJournal(Generic[RecordT]):
    """One JSON document per line in `path`, which is created with its folder when missing.

    Raises `JournalError` when another process has the file open as its journal.
    """

    def __init__(self, path: Path, codec: TypeAdapter[RecordT]) -> None:
        self._path = path
        self._codec = codec
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise JournalError(f"{path} is the journal of another running process") from None
        self._size = self._drop_unfinished_line()

    def _drop_unfinished_line(self) -> int:
        finished = self._path.read_bytes().rfind(b"\n") + 1
        os.ftruncate(self._file, finished)
        return finished

    def replay(self) -> Iterator[RecordT]:
        """Yield every record; raises `JournalError` at a line that is not one."""
        for number, line in enumerate(self._path.read_bytes().splitlines(), start=1):
            try:
                yield self._codec.validate_json(line)
            except ValidationError as error:
                raise JournalError(f"{self._path}:{number} is not a record of this journal: {error}") from error

    def append(self, record: RecordT) -> None:
        """Write one record; raises `JournalError`, and leaves the file as it was, when it does not fit."""
        line = self._codec.dump_json(record) + b"\n"
        try:
            written = os.write(self._file, line)
        except OSError as error:
            raise JournalError(f"cannot write to {self._path}: {error}") from error
        if written != len(line):
            os.ftruncate(self._file, self._size)
            raise JournalError(f"cannot write to {self._path}: {written} of {len(line)} bytes fitted")
        self._size += written

    def close(self) -> None:
        """Close the file, which also frees it for another process."""
        os.close(self._file)


def open_journal(path: Path | None, codec: TypeAdapter[RecordT]) -> Journal[RecordT]:
    """Return the journal in `path`, or one that keeps nothing; raises `JournalError`."""
    return NoJournal() if path is None else FileJournal(path, codec)
