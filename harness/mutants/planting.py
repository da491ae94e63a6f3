"""Plants a mutant in a copy of the system. The system itself is never touched."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.mutants.mutant import Edit, Mutant, MutantError

_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")


@contextmanager
def planted(mutant: Mutant, topology: Path) -> Iterator[Path]:
    """The services.toml of a copy of the system that has the bug; the copy is gone after the block.

    The copy is of the folder that services.toml is in: the system's programs are started from beside it, so that they import
    the copy. Raises MutantError when the code that an edit looks for is not there any more.
    """
    with TemporaryDirectory(prefix="gauntlet-mutant-") as scratch:
        source = topology.resolve().parent
        copy = Path(scratch) / source.name
        shutil.copytree(source, copy, ignore=_LEFT_OUT)
        for edit in mutant.edits:
            _apply(edit, copy, mutant.name)
        yield copy / topology.name


def _apply(edit: Edit, folder: Path, mutant: str) -> None:
    path = folder / edit.file
    if not path.is_file():
        raise MutantError(f"mutant {mutant}: there is no {edit.file} any more")
    text = path.read_text()
    if (found := text.count(edit.find)) != 1:
        raise MutantError(f"mutant {mutant}: what it looks for in {edit.file} is there {found} times, not once")
    path.write_text(text.replace(edit.find, edit.replace))
