"""Reads a history file back, tolerating only what a crash of the writer can explain: a torn last line."""

from pathlib import Path

from pydantic import ValidationError

from harness.history.history import History
from harness.history.records import RECORD, Record


class CorruptHistoryError(Exception):
    """A line in the middle of a history cannot be read, so nothing may be judged from it."""


def read(path: Path) -> History:
    """The history in a file. A torn last line is left out and quoted in `History.torn`.

    Raises CorruptHistoryError for any other line that is no record, and OSError.
    """
    records: list[Record] = []
    torn = ""
    *lines, last = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines, start=1):
        try:
            records.append(RECORD.validate_json(line))
        except ValidationError as error:
            raise CorruptHistoryError(f"{path}:{number}: not a record of a history: {error.errors()[0]['msg']}") from error
    if last:  # the writer ends every line, so this one was being written when it died
        try:
            records.append(RECORD.validate_json(last))
        except ValidationError:
            torn = last[:200].decode(errors="replace")
    return History(records=tuple(records), torn=torn)
