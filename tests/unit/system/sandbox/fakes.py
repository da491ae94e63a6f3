"""Stand-ins that let a test see what a sandbox wrote down, and when it would have been."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from system.sandbox.clock import Moment
from system.sandbox.journal import JournalError

RecordT = TypeVar("RecordT")


class ListJournal(Generic[RecordT]):
    """Keeps the records in a list; refuses to while `full`."""

    def __init__(self) -> None:
        self.records: list[RecordT] = []
        self.full = False

    def replay(self) -> Iterator[RecordT]:
        yield from tuple(self.records)

    def append(self, record: RecordT) -> None:
        if self.full:
            raise JournalError("full")
        self.records.append(record)

    def close(self) -> None:
        pass


class SteppingClock:
    """A second passes with each look at it."""

    def __init__(self) -> None:
        self._seconds = 0

    def __call__(self) -> Moment:
        self._seconds += 1
        return Moment(datetime(2026, 11, 22, tzinfo=UTC) + timedelta(seconds=self._seconds), float(self._seconds))


class Counted:
    """Ids in order: pay_1, pay_2, …"""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._count = 0

    def __call__(self) -> str:
        self._count += 1
        return f"{self._prefix}_{self._count}"
