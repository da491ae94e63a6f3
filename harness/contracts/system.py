"""What a system hands in to have its contracts judged: where its interfaces are read, and who judges them.

    [project.entry-points."gauntlet.contracts"]
    shop = "chaos.contracts:CONTRACTS"

The entry point names one SystemContracts.
"""

from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

from harness.contracts.checker import ContractChecker, LiveSource, SavedSource
from harness.contracts.planted import PlantedChange

GROUP = "gauntlet.contracts"


class ContractsError(Exception):
    """No system has handed its contracts in, or something else than that; says what to do."""


@dataclass(frozen=True, kw_only=True)
class SystemContracts:
    """One system. Paths are relative to the working folder.

    `folder` holds the data (released/, accepted.toml); `topology` is the services.toml of the stack that is started when no
    running one is named. `released` are the documents that make up a release. `planted` are the changes that prove the
    checkers.
    """

    name: str
    folder: Path
    topology: Path
    saved: tuple[SavedSource, ...]
    live: tuple[LiveSource, ...]
    checkers: tuple[ContractChecker, ...]
    released: tuple[str, ...]
    planted: tuple[PlantedChange, ...] = ()


def installed() -> SystemContracts:
    """The contracts of the system that is installed. Raises ContractsError, ImportError."""
    found = [point.load() for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)]
    if len(found) != 1:
        raise ContractsError(f"one entry point of the group {GROUP} is needed, {len(found)} are installed")
    if not isinstance(found[0], SystemContracts):
        raise ContractsError(f"the entry point of {GROUP} names {found[0]!r}, which is no SystemContracts")
    return found[0]
