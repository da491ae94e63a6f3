"""A fuzzing part with a history in memory."""

from pathlib import Path

from harness.fuzz.fuzzing import Fuzzing
from harness.history import History, Record, Recorder
from harness.seed import Seed


class Kept:
    """A sink that keeps its records."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def write(self, record: Record) -> None:
        self.records.append(record)

    @property
    def history(self) -> History:
        return History(self.records)


def part(sink: Kept, folder: Path, seconds: float = 60.0, name: str = "doors") -> Fuzzing:
    return Fuzzing(name, seed=Seed(7), seconds=seconds, folder=folder, recorder=Recorder(sink))
