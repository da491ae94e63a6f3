"""gauntlet prove matrix: plant bugs in copies of the system, and see which suites catch them, and which survive."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from rich.text import Text

from harness.cli.console import err, out, refuse
from harness.cli.execution import require_folder
from harness.cli.options import AsJson
from harness.exit_codes import ExitCode
from harness.experiment import service_levels
from harness.mutants import MutantError, load
from harness.proof.source.cells import CLEAN, Cells, Seen
from harness.proof.source.detectors import Setting, detect
from harness.proof.source.learning import learn
from harness.proof.source.matrix import Matrix, OutOfTime, Planted, by_hand, generated, text_of
from harness.proof.source.processes import Processes
from harness.proof.source.standing import UNCLEAR, MatrixTable, table
from harness.proof.source.subject import SourceProof, read_claims, read_explained
from harness.registry import RegistryError, guarantees, mutants, sources
from harness.seed import Seed
from harness.stack.providers import AUTO, PROVIDERS

PROOF = Path(".gauntlet") / "proof"
CELLS = "cells.jsonl"


def prove_matrix(
    only: Annotated[list[str] | None, typer.Argument(help="Names of mutants, with * for any text; default: all.")] = None,
    hand: Annotated[
        bool, typer.Option("--hand/--no-hand", help="The mutants made by hand, those not known to be caught included.")
    ] = True,
    number: Annotated[int, typer.Option("--generated", min=0, help="How many mutants the mutator makes.")] = 20,
    seed: Annotated[str, typer.Option(help="The seed by which they are drawn.")] = "1",
    clean: Annotated[
        int, typer.Option(min=0, help="Further controls: seeds 1 to N of every experiment on the clean system.")
    ] = 0,
    by: Annotated[list[str] | None, typer.Option(help="Only detectors of these names, with * for any text.")] = None,
    every: Annotated[
        bool, typer.Option("--every", help="Let every detector look, also after one has caught a mutant.")
    ] = False,
    jobs: Annotated[
        int, typer.Option(min=1, help="How many mutants, or controls, are tried at a time.", show_default="one a processor")
    ] = os.cpu_count() or 1,
    time_s: Annotated[float | None, typer.Option("--time", min=1, help="Begin nothing after so many seconds.")] = None,
    show: Annotated[bool, typer.Option("--show", help="Run nothing: show the matrix as it stands.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Forget what was not green or did not start, and look again.")] = False,
    keep: Annotated[
        bool,
        typer.Option(
            "--keep", help="Write what failed into the files of mutants; candidates that were caught become known ones."
        ),
    ] = False,
    out_folder: Annotated[Path, typer.Option("--out", help="Where the matrix is kept.")] = PROOF,
    provider: Annotated[str, typer.Option(help=f"Where servers come from: {', '.join((AUTO, *PROVIDERS))}.")] = AUTO,
    as_json: AsJson = False,
) -> None:
    """Plant bugs in copies of the system, and see who catches them; every detector that did is run on the clean system, too.

    What is done is kept, so that an interrupted matrix goes on where it was. Exit code 0: every mutant was caught or is
    explained, and no control failed; 1: one survived, or a false alarm; 3: something is open, or was not green.
    """
    from harness.proof.source.reports import as_json as matrix_json
    from harness.proof.source.reports import guarantee_table, summary, text_table, write

    try:
        require_folder(out_folder)
        drawn = Seed.parse(seed)
        works = [_Work.of(proof, only or [], drawn, out_folder, hand=hand, number=number) for proof in sources().values()]
        for work in works:
            work.wanted = tuple(by or ())
            work.guarantees = () if only else (*guarantees(), service_levels.NAME)
    except (RegistryError, MutantError, ImportError, OSError, SyntaxError, ValueError) as error:
        refuse(error)
    setting = Setting(provider=provider, out=out_folder / "runs")
    code = ExitCode.INCONCLUSIVE
    for work in works:
        if again:
            work.cells.forget(*UNCLEAR)
        interrupted = False if show else work.run(setting, clean=clean, every=every, jobs=jobs, time_s=time_s)
        for name in learn(work.proof, work.planted, work.cells) if keep else ():
            err.print(Text(f"{name} is known to be caught from now on"))
        found = work.table()
        path = write(found, out_folder)
        if as_json:
            out.print(matrix_json(found), markup=False)
        else:
            out.print(text_table(found))
            if found.guarantees:
                out.print(guarantee_table(found))
            out.print(Text(summary(found), "bold"))
            err.print(Text(f"written: {path}"))
        code = ExitCode.INTERRUPTED if interrupted else found.exit_code
    raise typer.Exit(code)


@dataclass
class _Work:
    """The matrix of one system."""

    proof: SourceProof
    planted: list[Planted]
    cells: Cells
    text: str
    wanted: tuple[str, ...] = ()
    guarantees: tuple[str, ...] = ()
    """Those that should be known to catch mutants; none when only some mutants are shown."""

    @classmethod
    def of(cls, proof: SourceProof, only: list[str], seed: Seed, folder: Path, *, hand: bool, number: int) -> "_Work":
        """Raises MutantError, OSError, SyntaxError; ValueError when nothing has one of the names."""
        planted = [*_made(proof, only, seed, hand=hand, number=number)]
        if not planted and only:
            raise ValueError(f"no mutant is called {', '.join(only)}; see `gauntlet prove matrix --show`")
        return cls(proof, planted, Cells(folder / CELLS), text_of(proof))

    def run(self, setting: Setting, *, clean: int, every: bool, jobs: int, time_s: float | None) -> bool:
        """Fill the cells; returns whether it was interrupted."""
        until = None if time_s is None else monotonic() + time_s
        processes = Processes()
        matrix = Matrix(
            self.cells,
            lambda detector, topology, seed: detect(detector, topology, seed, setting, processes.run),
            lambda text: err.print(Text(text)),
            until=until,
            every=every,
            jobs=jobs,
            interrupt=processes.interrupt,
        )
        try:
            with _terminated_like_interrupted():
                matrix.run(replace(each, detectors=self._looking(each.detectors)) for each in self.planted)
                matrix.control(self.text, self.proof.topology, self._controls(clean))
        except OutOfTime:
            err.print("the time is over; the same command goes on")
        except KeyboardInterrupt:
            err.print("interrupted; what is done is kept, and the same command goes on")
            return True
        return False

    def _looking(self, detectors: tuple[str, ...]) -> tuple[str, ...]:
        if not self.wanted:
            return detectors
        return tuple(each for each in detectors if any(fnmatchcase(each, pattern) for pattern in self.wanted))

    def table(self) -> MatrixTable:
        """The matrix as it stands."""
        controls, explained = self.cells.of(CLEAN, self.text), read_explained(self.proof.explained)
        return table(self.planted, self.cells, controls, explained, self.guarantees)

    def _controls(self, clean: int) -> list[tuple[str, int]]:
        """Each detector that caught a mutant, with its seed; and further seeds of every experiment."""
        cells = [cell for each in self.planted for cell in self.cells.of(each.name, each.text)]
        founded = [(cell.detector, cell.seed) for cell in cells if cell.seen is Seen.CAUGHT]
        named = dict.fromkeys(each for mutant in self.planted for each in mutant.detectors if each.startswith("experiment "))
        further = [(each, seed) for seed in range(1, clean + 1) for each in named]
        return list(dict.fromkeys([*founded, *further]))


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """SIGTERM is Ctrl-C within the block."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _made(proof: SourceProof, only: list[str], seed: Seed, *, hand: bool, number: int) -> Iterator[Planted]:
    from harness.proof.source.sampling import of_folder, sample

    def wanted(name: str) -> bool:
        return not only or any(fnmatchcase(name, pattern) for pattern in only)

    if hand:
        yield from by_hand((each for name, each in mutants().items() if wanted(name)), proof)
        yield from by_hand((each for each in load(proof.candidates) if wanted(each.name)), proof, read_claims(proof.claims))
    if number:
        drawn = sample(of_folder(proof.folder, proof.files, proof.left_out), number, seed, proof.folder)
        yield from generated((each for each in drawn if wanted(each.name)), proof, read_claims(proof.claims))
