"""Retention of the folders of failed runs, for their logs: the newest KEPT are kept."""

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
    """Record the process that owns a folder; nothing is written when it has ended already."""
    if (owner := ProcessId.of(pid)) is not None:
        (folder / _OWNER).write_bytes(_PROCESS.dump_json(owner))


def sweep(parent: Path, keep: int = KEPT) -> None:
    """Remove the folders of ended runs whose stack has stopped, except the newest `keep`."""
    over = sorted(filter(_over, parent.glob(f"{PREFIX}*")), key=lambda folder: (folder / _OWNER).stat().st_mtime)
    for folder in over[: max(0, len(over) - keep)]:
        shutil.rmtree(folder, ignore_errors=True)  # another run may remove it at the same time


def _over(folder: Path) -> bool:
    with suppress(OSError, ValidationError):  # another user's, or being removed
        owner = _PROCESS.validate_json((folder / _OWNER).read_bytes())
        return not owner.alive and not in_use(folder / ROOT / "default")
    return False
