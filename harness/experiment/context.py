"""What every part of a run shares: the seed, the record, the way things go so far, and a place for files."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.experiment.triggers import Progress
from harness.history import Recorder
from harness.seed import Seed


@dataclass(frozen=True)
class Context:
    """Handed to every part of a run. `note` tells the person who waits; `folder` is the run's."""

    seed: Seed
    recorder: Recorder
    progress: Progress
    folder: Path
    note: Callable[[str], None]
