"""How the matrix stands: what became of each mutant, false alarms of controls, and the score."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from harness.exit_codes import ExitCode
from harness.proof.source.cells import Cell, Cells, Seen, false_alarms
from harness.proof.source.coverage import GuaranteeRow, per_guarantee
from harness.proof.source.matrix import Planted, stillborn
from harness.proof.source.subject import is_tests

UNCLEAR = (Seen.NOT_GREEN, Seen.NOT_STARTED)


class Standing(StrEnum):
    """What became of a mutant."""

    CAUGHT = "caught"
    BY_TESTS = "caught by tests only"
    """No experiment, fuzzer or contract saw it, only tests, which know the code: a gap of the black box."""
    SURVIVED = "SURVIVED"
    EXPLAINED = "explained"
    """It survived, and the explanation says why that is no defect of the harness."""
    STILLBORN = "does not start"
    """The system with it does not run at all, which nobody needs a harness to see: it does not count."""
    NOT_GREEN = "not green"
    """No detector caught it; one broke down, or proved nothing."""
    OPEN = "open"
    """Not all of its detectors have looked yet, or nobody claims to see it."""


@dataclass(frozen=True, kw_only=True)
class MutantRow:
    """A mutant of the table, with the cells that are done."""

    name: str
    about: str
    where: str
    diff: str
    standing: Standing
    cells: tuple[Cell, ...]
    why: str = ""

    @property
    def seconds(self) -> float:
        """How long its detectors took."""
        return sum(cell.seconds for cell in self.cells)


@dataclass(frozen=True, kw_only=True)
class MatrixTable:
    """The whole matrix. `controls` are runs of the clean system; `guarantees` say what each of them caught."""

    rows: tuple[MutantRow, ...]
    controls: tuple[Cell, ...]
    guarantees: tuple[GuaranteeRow, ...] = ()

    @property
    def alarms(self) -> tuple[Cell, ...]:
        """Controls in which a guarantee or a test failed."""
        return false_alarms(self.controls)

    def count(self, standing: Standing) -> int:
        """How many mutants stand so."""
        return sum(row.standing is standing for row in self.rows)

    @property
    def score(self) -> float | None:
        """The fraction caught, not by tests only, of the mutants that are decided, start, and are not explained; or None."""
        decided = [row for row in self.rows if row.standing not in (Standing.OPEN, Standing.EXPLAINED, Standing.STILLBORN)]
        return self.count(Standing.CAUGHT) / len(decided) if decided else None

    @property
    def exit_code(self) -> ExitCode:
        """FAIL: a survivor without an explanation, or a false alarm; INCONCLUSIVE: something is open or not green."""
        if self.count(Standing.SURVIVED) or self.alarms:
            return ExitCode.FAIL
        unproved = self.count(Standing.OPEN) + self.count(Standing.NOT_GREEN)
        undecided = any(cell.seen in UNCLEAR for cell in self.controls)
        return ExitCode.INCONCLUSIVE if unproved or undecided or not self.rows else ExitCode.PASS


def table(
    mutants: Sequence[Planted],
    cells: Cells,
    controls: Iterable[Cell],
    explained: Mapping[str, str],
    guarantees: Iterable[str] = (),
) -> MatrixTable:
    """The matrix as it stands. A mutant that was caught in spite of its explanation is caught."""
    rows = tuple(_row(mutant, cells, explained.get(mutant.name, "")) for mutant in mutants)
    return MatrixTable(rows=rows, controls=tuple(controls), guarantees=per_guarantee(guarantees, mutants, cells))


def _row(mutant: Planted, cells: Cells, explanation: str) -> MutantRow:
    done = tuple(cell for each in mutant.detectors if (cell := cells.get(mutant.name, mutant.text, each, mutant.seed)))
    standing = _standing(done, mutant.detectors, explained=bool(explanation))
    caught = min((cell for cell in done if cell.seen is Seen.CAUGHT), key=lambda cell: is_tests(cell.detector), default=None)
    unclear = next((cell for cell in done if cell.seen in UNCLEAR), None)
    shown = caught or unclear
    why = explanation if standing is Standing.EXPLAINED else shown.why if shown else ""
    return MutantRow(
        name=mutant.name,
        about=mutant.about,
        where=mutant.where,
        diff=mutant.diff,
        standing=standing,
        cells=done,
        why=why or ("nobody claims to see it" if not mutant.detectors else ""),
    )


def _standing(done: tuple[Cell, ...], detectors: tuple[str, ...], *, explained: bool) -> Standing:
    caught = {is_tests(cell.detector) for cell in done if cell.seen is Seen.CAUGHT}
    black_box = {each for each in detectors if not is_tests(each)}
    if False in caught:
        return Standing.CAUGHT
    if stillborn(done):
        return Standing.STILLBORN
    if black_box - {cell.detector for cell in done} or not (detectors and (caught or len(done) == len(detectors))):
        return Standing.OPEN
    if caught:
        return Standing.BY_TESTS
    if any(cell.seen in UNCLEAR for cell in done):
        return Standing.NOT_GREEN
    return Standing.EXPLAINED if explained else Standing.SURVIVED
