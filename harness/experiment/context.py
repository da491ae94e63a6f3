"""What every part of a run shares: the seed, the recorder, the progress, and the run folder."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.experiment.abort import Abort
from harness.experiment.triggers import RunProgress
from harness.history import Recorder
from harness.seed import Seed

AUTO = "auto"
"""The default: the first provider that works on this machine."""


@dataclass(frozen=True)
class Choices:
    """Choices of the caller that do not change the experiment.

    `provider` is where servers come from; `topology` another build of the system (a services.toml) than the installed one;
    `stack` is the run folder of a system that runs already, instead of one of its own.
    `proxy` is what carries the edges ("": what GAUNTLET_PROXY says, else the project's own). `mutant` is the known bug that was
    planted in that build, `copied` the services.toml that it is a copy of when that is not the usual one. `environment` has
    the variables by which something of this was chosen, such as TOXIPROXY_URL.
    """

    provider: str = AUTO
    topology: Path | None = None
    proxy: str = ""
    stack: Path | None = None
    mutant: str = ""
    copied: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Context:
    """Handed to every part of a run. `note` shows progress; `folder` is the run's; `abort` ends its workload early."""

    seed: Seed
    recorder: Recorder
    progress: RunProgress
    folder: Path
    note: Callable[[str], None]
    choices: Choices = field(default_factory=Choices)
    abort: Abort = field(default_factory=Abort)

    @property
    def mark(self) -> str:
        """12 hex digits unique to this run, for names that must be new on a system that was used before."""
        return hashlib.sha256(str(self.folder.resolve()).encode()).hexdigest()[:12]
