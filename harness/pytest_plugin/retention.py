"""Folders of runs that were not green stay, for their logs; those of the last three, not of all the runs there ever were."""

import shutil
from contextlib import suppress
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from harness.cli.options import ROOT
from harness.stack.manifest import ProcessId
from harness.stack.stack_folder import in_use

PREFIX = "gauntlet-test-"
KEPT = 3

_OWNER = "owner.json"
_PROCESS = TypeAdapter(ProcessId)


def claim(folder: Path, pid: int) -> None:
    """Write down that a folder belongs to a process that runs; nothing is written when that has ended already."""
    if (owner := ProcessId.of(pid)) is not None:
        (folder / _OWNER).write_bytes(_PROCESS.dump_json(owner))


def sweep(parent: Path, keep: int = KEPT) -> None:
    """Remove the folders of runs that are over and whose stack has gone, but for the newest `keep`."""
    over = sorted(filter(_over, parent.glob(f"{PREFIX}*")), key=lambda folder: (folder / _OWNER).stat().st_mtime)
    for folder in over[: max(0, len(over) - keep)]:
        shutil.rmtree(folder, ignore_errors=True)  # another run may be sweeping too


def _over(folder: Path) -> bool:
    with suppress(OSError, ValidationError):  # somebody else's, or just being removed
        owner = _PROCESS.validate_json((folder / _OWNER).read_bytes())
        return not owner.alive and not in_use(folder / ROOT / "default")
    return False
