"""What a mutant is, and reading one from its file.

about = "The order service acknowledges a command before its order is stored."
experiment = "queue_consumer_killed"    # or fuzz = "across_users", contracts = "tables": the part that has to find it
guarantee = "acknowledged_orders_survive"    # of contracts: the rule
also = ["mail_once_per_paid_order"]     # optional: further guarantees that were seen to fail with it
seed = 7                                # optional: the seed that is known to show it

[[edits]]
file = "order/consumers.py"             # below the folder of services.toml, or ../proto/...: see Beside
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
    """A known bug, what has to fail with it (an experiment, a part of `gauntlet fuzz`, a contract), and what guarantee,
    or rule of contracts, it breaks; `also` are further ones that were seen to fail with it.
    """

    name: str
    about: str
    experiment: str = ""
    fuzz: str = ""
    contracts: str = ""
    guarantee: str
    also: tuple[str, ...] = ()
    edits: tuple[Edit, ...]
    seed: int | None = None

    @property
    def detector(self) -> str:
        """What has to fail: the name of the experiment, or `fuzz` or `contracts` and the name of the part."""
        return self.experiment or " ".join(self._part)

    @property
    def command(self) -> str:
        """The same with its kind: `experiment NAME`, `fuzz PART`, `contracts PART`."""
        return f"experiment {self.experiment}" if self.experiment else " ".join(self._part)

    @property
    def _part(self) -> tuple[str, str]:
        return ("fuzz", self.fuzz) if self.fuzz else ("contracts", self.contracts)


_MUTANT = TypeAdapter(Mutant)


def load(folder: Path) -> tuple[Mutant, ...]:
    """Every mutant of a folder, by name: one TOML file each. Raises MutantError."""
    return tuple(_read(path) for path in sorted(folder.glob("*.toml")))


def _read(path: Path) -> Mutant:
    try:
        mutant = _MUTANT.validate_python({"name": path.stem, **tomllib.loads(path.read_text())})
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise MutantError(f"{path}: {error}") from error
    if sum(map(bool, (mutant.experiment, mutant.fuzz, mutant.contracts))) != 1:
        raise MutantError(f"{path}: a mutant names one of experiment, fuzz and contracts")
    return mutant
