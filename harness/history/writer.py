"""Streams records to a JSONL file so that whatever a crash leaves behind can still be judged.

Every record is one line, handed to the operating system before `write` returns: killing this process loses nothing
that was written, and tears at most the line being written.
"""

from pathlib import Path
from types import TracebackType
from typing import Self

from harness.history.records import RECORD, Record


class Writer:
    """An open history file. Creates the file, refuses to write into one that exists (FileExistsError)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("xb", buffering=0)

    def write(self, record: Record) -> None:
        """Append one record. Raises ValueError once closed."""
        self._file.write(RECORD.dump_json(record) + b"\n")

    def close(self) -> None:
        """Close the file; closing twice is fine."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
