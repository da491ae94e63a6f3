"""Runs the kill matrix: every mutant against its detectors until one catches it, and controls on the clean system."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic

from harness.mutants import Mutant, copied, edited, planted
from harness.proof.source.at_once import at_once
from harness.proof.source.cells import CLEAN, Cell, Cells, Seen
from harness.proof.source.detectors import Detection
from harness.proof.source.mutations import Mutation
from harness.proof.source.subject import Claim, SourceProof, detectors_for, is_tests

SEED = 1
"""The seed of a mutant that names none."""

STILLBORN = 2
"""When so many detectors could not start the system, others cannot either."""

Detect = Callable[[str, Path, int], Detection]
"""Has a detector look at a system (its services.toml) with a seed."""


@dataclass(frozen=True, kw_only=True)
class Planted:
    """A mutant of the matrix. `copy` makes a system that has it; `text` identifies the source that this one has.

    `breaks` are the guarantees that it is known to break; of one that is not known to be caught there are none.
    """

    name: str
    about: str
    where: str
    diff: str
    text: str
    detectors: tuple[str, ...]
    copy: Callable[[], AbstractContextManager[Path]] = field(repr=False)
    seed: int = SEED
    breaks: tuple[str, ...] = ()


class OutOfTime(Exception):
    """The matrix has had the time that it was given."""


@dataclass
class Matrix:
    """`until` is a monotonic time (s) after which no cell is begun; `every` detector looks, also after one caught.

    Mutants, and controls, are run `jobs` at a time, the detectors of a mutant one after the other. `interrupt` ends what
    `detect` is doing in other threads.
    """

    cells: Cells
    detect: Detect
    progress: Callable[[str], None]
    until: float | None = None
    every: bool = False
    jobs: int = 1
    interrupt: Callable[[], None] = lambda: None

    def run(self, mutants: Iterable[Planted]) -> None:
        """Fill the cells of the mutants. Raises OutOfTime, KeyboardInterrupt; what is done is kept."""
        open_ = [(each, missing) for each in mutants if (missing := self._missing(each))]
        self._all([partial(self._mutant, each, missing) for each, missing in open_])

    def control(self, text: str, topology: Path, wanted: Iterable[tuple[str, int]]) -> None:
        """Fill the cells of the clean system, for detectors with seeds. Raises OutOfTime, KeyboardInterrupt."""
        missing = [each for each in wanted if not self.cells.get(CLEAN, text, *each)]
        self._all([partial(self._control, text, topology, detector, seed) for detector, seed in missing])

    def _missing(self, mutant: Planted) -> list[str]:
        """The detectors that have yet to look at it; tests only when no other has caught it."""
        done = self.cells.of(mutant.name, mutant.text)
        caught = [cell.detector for cell in done if cell.seen is Seen.CAUGHT]
        if stillborn(done):
            return []
        if not self.every and not all(map(is_tests, caught)):
            return []
        missing = [each for each in mutant.detectors if not self.cells.get(mutant.name, mutant.text, each, mutant.seed)]
        return missing if self.every or not caught else [each for each in missing if not is_tests(each)]

    def _all(self, tasks: "list[Callable[[str], bool]]") -> None:
        late = []

        def run(number: int, task: Callable[[str], bool]) -> None:
            if not task(f"[{number}/{len(tasks)}]"):
                late.append(number)

        at_once([partial(run, number, task) for number, task in enumerate(tasks, 1)], self.jobs, self.interrupt)
        if late:
            raise OutOfTime

    def _mutant(self, mutant: Planted, missing: list[str], which: str) -> bool:
        """Whether there was time for it."""
        if self._late():
            return False
        with mutant.copy() as topology:
            for detector in missing:
                if self._late():
                    return False
                cell = self._cell(which, (mutant.name, mutant.text, detector, mutant.seed), topology)
                if (cell.seen is Seen.CAUGHT and not self.every) or stillborn(self.cells.of(mutant.name, mutant.text)):
                    break
        return True

    def _control(self, text: str, topology: Path, detector: str, seed: int, which: str) -> bool:
        if not self._late():
            self._cell(which, (CLEAN, text, detector, seed), topology)
            return True
        return False

    def _late(self) -> bool:
        return self.until is not None and monotonic() > self.until

    def _cell(self, which: str, key: tuple[str, str, str, int], topology: Path) -> Cell:
        mutant, text, detector, seed = key
        told = f"{which} {mutant}, {detector}, seed {seed}"
        self.progress(told)
        found = self.detect(detector, topology, seed)
        cell = Cell(
            mutant=mutant,
            text=text,
            detector=detector,
            seed=seed,
            seen=found.seen,
            by=found.by,
            why=found.why[:400],
            seconds=found.seconds,
        )
        self.cells.add(cell)
        self.progress(f"{told}: {cell.seen}{f' by {cell.by[0]}' if cell.by else ''} after {cell.seconds:g} s {cell.why[:160]}")
        return cell


def stillborn(done: Iterable[Cell]) -> bool:
    """Whether the system with a mutant does not start: two detectors have tried."""
    return sum(cell.seen is Seen.NOT_STARTED for cell in done) >= STILLBORN


def by_hand(mutants: Iterable[Mutant], proof: SourceProof, claims: tuple[Claim, ...] = ()) -> Iterator[Planted]:
    """Mutants of files, each against what it names itself, and then all who claim to see bugs in its files.

    Without claims they are mutants that are known to be caught.

    Raises MutantError when the system has outgrown one.
    """
    for mutant in mutants:
        changed = edited(mutant, proof.topology)
        yield Planted(
            name=mutant.name,
            about=mutant.about,
            where=", ".join(dict.fromkeys(edit.file for edit in mutant.edits)),
            diff="\n".join(f"- {edit.find.strip()}\n+ {edit.replace.strip()}" for edit in mutant.edits),
            text=_digest(changed),
            detectors=tuple(dict.fromkeys((mutant.command, *detectors_for(tuple(changed), claims)))),
            copy=lambda mutant=mutant: planted(mutant, proof.topology, proof.beside),  # type: ignore[misc]  # mypy infers no type for a lambda's default
            seed=mutant.seed if mutant.seed is not None else SEED,
            breaks=() if claims else (mutant.guarantee, *mutant.also),
        )


def generated(mutations: Iterable[Mutation], proof: SourceProof, claims: tuple[Claim, ...]) -> Iterator[Planted]:
    """Mutations, each against all who claim to see bugs in its file. Raises OSError."""
    for mutation in mutations:
        source = (proof.folder / mutation.file).read_text()
        yield Planted(
            name=mutation.name,
            about=mutation.kind,
            where=f"{mutation.file}:{mutation.line}",
            diff=mutation.diff(source),
            text=_digest({mutation.file: mutation.applied(source)}),
            detectors=detectors_for((mutation.file,), claims),
            copy=lambda mutation=mutation: _mutated(mutation, proof),  # type: ignore[misc]  # as above
        )


def _mutated(mutation: Mutation, proof: SourceProof) -> AbstractContextManager[Path]:
    text = (proof.folder / mutation.file).read_text()
    return copied(proof.topology, {mutation.file: mutation.applied(text)}, proof.beside)


def text_of(proof: SourceProof) -> str:
    """Identifies the source of the clean system. Raises OSError."""
    files = sorted(path for pattern in proof.files for path in proof.folder.glob(pattern))
    return _digest({path.relative_to(proof.folder).as_posix(): path.read_text() for path in files})


def _digest(texts: dict[str, str]) -> str:
    digest = hashlib.sha256()
    for name, text in sorted(texts.items()):
        digest.update(f"{name}\0{text}\0".encode())
    return digest.hexdigest()[:12]
