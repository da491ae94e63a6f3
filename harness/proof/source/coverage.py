"""How many mutants each guarantee has caught: one that was never seen to fail, whatever was planted, may be unable to.

A mutant counts for a guarantee when a cell says that this failed, or, until it is tried here, when its file says so.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from harness.proof.source.cells import Cells, Seen
from harness.proof.source.matrix import Planted

WANTED = 5
"""How many different bugs a guarantee should be known to catch."""


@dataclass(frozen=True, kw_only=True)
class GuaranteeRow:
    """A guarantee, the mutants that it was seen to catch, and those that name it and have not been tried here."""

    name: str
    caught: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    @property
    def few(self) -> bool:
        """Whether it is known to catch fewer mutants than wanted."""
        return len(self.caught) + len(self.named) < WANTED


def per_guarantee(guarantees: Iterable[str], mutants: Iterable[Planted], cells: Cells) -> tuple[GuaranteeRow, ...]:
    """A row for each guarantee, by name."""
    caught: dict[str, list[str]] = defaultdict(list)
    named: dict[str, list[str]] = defaultdict(list)
    for mutant in mutants:
        done = cells.of(mutant.name, mutant.text)
        seen = {guarantee for cell in done if cell.seen is Seen.CAUGHT for guarantee in cell.by}
        for guarantee in seen:
            caught[guarantee].append(mutant.name)
        untried = not any(cell.detector in mutant.detectors[:1] for cell in done)
        for guarantee in set(mutant.breaks) - seen if untried else ():
            named[guarantee].append(mutant.name)
    return tuple(
        GuaranteeRow(name=name, caught=tuple(sorted(caught[name])), named=tuple(sorted(named[name])))
        for name in sorted(set(guarantees))
    )
