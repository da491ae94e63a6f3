"""Plants a mutant in a copy of the system. The system itself is never touched."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.mutants.beside import LEFT_OUT, Beside, require_known
from harness.mutants.mutant import Mutant, MutantError


@contextmanager
def planted(mutant: Mutant, topology: Path, beside: tuple[Beside, ...] = ()) -> Iterator[Path]:
    """The services.toml of a copy of the system that has the bug; the copy is gone after the block.

    Raises MutantError when the code that an edit looks for is not there any more, or the copy cannot be built.
    """
    with copied(topology, edited(mutant, topology), beside) as copy:
        yield copy


@contextmanager
def copied(topology: Path, changed: Mapping[str, str], beside: tuple[Beside, ...] = ()) -> Iterator[Path]:
    """The services.toml of a copy in which some files have another text; the copy is gone after the block.

    The copy is of the folder that services.toml is in: the system's programs are started from beside it, so that they import
    the copy, and what was built beside it. Raises MutantError.
    """
    require_known(changed, beside)
    with TemporaryDirectory(prefix="gauntlet-mutant-") as scratch:
        into, source = Path(scratch), topology.resolve().parent
        shutil.copytree(source, into / source.name, ignore=LEFT_OUT)
        building = [each for each in beside if any(map(each.has, changed))]
        for each in beside:
            each.place(into, changed=each in building)
        for file, text in changed.items():
            (into / source.name / file).write_text(text)
        for each in building:
            each.built(into)
        yield into / source.name / topology.name


def edited(mutant: Mutant, topology: Path) -> dict[str, str]:
    """The files that a mutant changes, with their texts then. Raises MutantError when the system has outgrown it."""
    folder = topology.resolve().parent
    texts: dict[str, str] = {}
    for edit in mutant.edits:
        path = folder / edit.file
        if not path.is_file():
            raise MutantError(f"mutant {mutant.name}: there is no {edit.file} any more")
        text = texts.get(edit.file) or path.read_text()
        if (found := text.count(edit.find)) != 1:
            raise MutantError(f"mutant {mutant.name}: what it looks for in {edit.file} is there {found} times, not once")
        texts[edit.file] = text.replace(edit.find, edit.replace)
    return texts
