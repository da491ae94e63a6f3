"""The cells of the matrix: what one detector made of one mutant with one seed, and the file that keeps them.

A cell is appended when it is done, so that an interrupted matrix goes on where it was. A cell counts for the very text that it
was run on: when the source changes, it is run again.
"""

import json
import os
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

CLEAN = "clean"
"""The name of the system without any mutant: a control."""


class Seen(StrEnum):
    """What a detector made of a mutant; of a control CAUGHT is a false alarm."""

    CAUGHT = "caught"
    SURVIVED = "survived"
    NOT_GREEN = "not green"
    """Something broke down, or nothing was proved."""
    NOT_STARTED = "did not start"
    """The system never ran."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """`by` is what failed (guarantees, tests), `why` its first evidence; `text` identifies the text that was run."""

    mutant: str
    text: str
    detector: str
    seed: int
    seen: Seen
    by: tuple[str, ...] = ()
    why: str = ""
    seconds: float = 0.0

    @property
    def key(self) -> tuple[str, str, str, int]:
        """What a cell is of."""
        return self.mutant, self.text, self.detector, self.seed


_CELL = TypeAdapter(Cell)


class Cells:
    """The cells that are done, kept in a JSONL file. Threads may share it."""

    def __init__(self, path: Path) -> None:
        """Reads what is there. A last line that was torn by a crash is passed over."""
        self.path = path
        self._lock = threading.Lock()
        self._done: dict[tuple[str, str, str, int], Cell] = {}
        for line in path.read_text().splitlines() if path.exists() else ():
            try:
                cell = _CELL.validate_json(line)
            except ValidationError:
                continue
            self._done[cell.key] = cell

    def get(self, mutant: str, text: str, detector: str, seed: int) -> Cell | None:
        """The cell, when it is done."""
        return self._done.get((mutant, text, detector, seed))

    def forget(self, *seen: Seen) -> None:
        """Drop the cells that were seen so, from the file as well. Raises OSError."""
        self._done = {key: cell for key, cell in self._done.items() if cell.seen not in seen}
        self.path.write_text("".join(json.dumps(asdict(cell)) + "\n" for cell in self._done.values()))

    def add(self, cell: Cell) -> None:
        """Keep a cell: a line of its own, also after one that was torn. Raises OSError."""
        line = (json.dumps(asdict(cell)) + "\n").encode()
        with self._lock, self.path.open("a+b", buffering=0) as file:
            self._done[cell.key] = cell
            if end := file.seek(0, os.SEEK_END):
                file.seek(end - 1)
                line = line if file.read(1) == b"\n" else b"\n" + line
            file.write(line)

    def of(self, mutant: str, text: str) -> tuple[Cell, ...]:
        """All cells of a mutant."""
        with self._lock:
            done = tuple(self._done.values())
        return tuple(each for each in done if (each.mutant, each.text) == (mutant, text))


def false_alarms(controls: Iterable[Cell]) -> tuple[Cell, ...]:
    """Controls in which something failed."""
    return tuple(each for each in controls if each.seen is Seen.CAUGHT)
