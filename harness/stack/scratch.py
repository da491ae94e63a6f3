"""A temporary folder around a stack, made by a process that may be killed before it can remove it.

Standard library only: the guard process uses this without the project's dependencies.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_ENDED = frozenset("ZX")  # a zombie, dead


@dataclass(frozen=True)
class Scratch:
    """`folder` belongs to the process `pid` as long as that runs, and is unowned afterwards."""

    folder: Path
    pid: int

    def clear(self) -> bool:
        """Remove the folder when it is unowned; returns whether it was."""
        if self._owned():
            return False
        shutil.rmtree(self.folder, ignore_errors=True)
        return True

    def _owned(self) -> bool:
        try:
            said = (_PROC / str(self.pid) / "stat").read_text(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            return False
        return said.rpartition(")")[2].split()[0] not in _ENDED
