"""What a mutant is, and reading one from its file.

about = "The order service acknowledges a command before its order is stored."
experiment = "queue_consumer_killed"    # or fuzz = "across_users": the part of `gauntlet fuzz` that has to find it
guarantee = "acknowledged_orders_survive"
seed = 7                                # optional: the seed that is known to show it

[[edits]]
file = "order/consumers.py"             # below the folder of services.toml
find = "..."                            # must be there exactly once
replace = "..."
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config


class MutantError(Exception):
    """A mutant that cannot be read, or that the system has outgrown; says which and where."""


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, kw_only=True)
class Edit:
    """One find and replace; `find` must occur exactly once in the file."""

    file: str
    find: str
    replace: str


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A known bug, the experiment or the part of `gauntlet fuzz` that has to fail with it, and the guarantee that it breaks."""

    name: str
    about: str
    experiment: str = ""
    fuzz: str = ""
    guarantee: str
    edits: tuple[Edit, ...]
    seed: int | None = None

    @property
    def detector(self) -> str:
        """What has to fail: the name of the experiment, or `fuzz` and the name of the part."""
        return self.experiment or f"fuzz {self.fuzz}"


_MUTANT = TypeAdapter(Mutant)


def load(folder: Path) -> tuple[Mutant, ...]:
    """Every mutant of a folder, by name: one TOML file each. Raises MutantError."""
    return tuple(_read(path) for path in sorted(folder.glob("*.toml")))


def _read(path: Path) -> Mutant:
    try:
        mutant = _MUTANT.validate_python({"name": path.stem, **tomllib.loads(path.read_text())})
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise MutantError(f"{path}: {error}") from error
    if bool(mutant.experiment) == bool(mutant.fuzz):
        raise MutantError(f"{path}: a mutant names either an experiment or a part of `gauntlet fuzz` (fuzz = ...)")
    return mutant
