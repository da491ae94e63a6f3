"""What every part of a run shares: the seed, the record, the way things go so far, and a place for files."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from harness.experiment.triggers import Progress
from harness.history import Recorder
from harness.seed import Seed
from harness.stack.providers import AUTO


@dataclass(frozen=True)
class Choices:
    """What whoever runs an experiment may choose without changing what it is.

    `provider` is where servers come from; `topology` another build of the system (a services.toml) than the installed one;
    `proxy` is what carries the edges ("": what GAUNTLET_PROXY says, else the project's own).
    """

    provider: str = AUTO
    topology: Path | None = None
    proxy: str = ""


@dataclass(frozen=True)
class Context:
    """Handed to every part of a run. `note` tells the person who waits; `folder` is the run's."""

    seed: Seed
    recorder: Recorder
    progress: Progress
    folder: Path
    note: Callable[[str], None]
    choices: Choices = field(default_factory=Choices)
