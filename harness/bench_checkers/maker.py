"""Who can make up histories of any length: offered by entry points, since the harness knows no system's operations.

[project.entry-points."gauntlet.histories"]
shop = "chaos.bench:HISTORIES"
"""

from collections.abc import Callable
from dataclasses import dataclass

from harness.experiment import RunFolder
from harness.seed import Seed


@dataclass(frozen=True)
class HistoryMaker:
    """`make` writes a run of about so many operations into an empty folder; the same seed makes the same run."""

    name: str
    about: str
    make: Callable[[RunFolder, int, Seed], None]
