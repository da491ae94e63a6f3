"""Folders of the project that stand beside the system's: what its programs are generated from, and what its judges read.

In a copy they stand beside the copy. One that a mutant changes is copied and built anew there; the others are links.
"""

import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from harness.mutants.mutant import MutantError

LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
BOUND_S = 120.0
"""How long a build may take."""


@dataclass(frozen=True, kw_only=True)
class Beside:
    """A folder of the project. Edits name its files from the system's folder: `../proto/shop/order.proto`.

    `build` is the command that makes what the system imports of it, run in the project's folder: {folder} is the changed copy,
    {into} the folder that the copies stand in, where the copied system's programs look first.
    """

    folder: Path
    build: tuple[str, ...] = ()

    def has(self, file: str) -> bool:
        """Whether a file of an edit is in it."""
        return file.startswith(f"../{self.folder.name}/")

    def place(self, into: Path, *, changed: bool) -> None:
        """Put it beside a copy of the system."""
        if changed:
            shutil.copytree(self.folder, into / self.folder.name, ignore=LEFT_OUT)
        else:
            (into / self.folder.name).symlink_to(self.folder.resolve(), target_is_directory=True)

    def built(self, into: Path) -> None:
        """Build the changed copy. Raises MutantError when that cannot be built."""
        if not self.build:
            return
        command = [part.format(folder=into / self.folder.name, into=into) for part in self.build]
        try:
            subprocess.run(  # noqa: S603 - declared by the system's own proof
                command, cwd=self.folder.resolve().parent, check=True, capture_output=True, text=True, timeout=BOUND_S
            )
        except subprocess.CalledProcessError as error:
            raise MutantError(f"{self.folder.name} with the change cannot be built: {error.stderr.strip()[-400:]}") from error
        except subprocess.TimeoutExpired as error:
            raise MutantError(f"{self.folder.name} with the change was not built within {BOUND_S:g} s") from error


def require_known(files: Iterable[str], beside: Iterable[Beside]) -> None:
    """Raises MutantError for a file outside the system that is in none of these folders."""
    known = tuple(beside)
    for file in files:
        if ".." in Path(file).parts and (not any(each.has(file) for each in known) or ".." in Path(file).parts[1:]):
            told = ", ".join(f"../{each.folder.name}" for each in known) or "none"
            raise MutantError(f"{file} is outside the system, in none of the folders that are copied with it ({told})")
