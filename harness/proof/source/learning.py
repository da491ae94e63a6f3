"""What the matrix has found out goes into the files of the mutants: a candidate that was caught is a known mutant from then on.

Its file gets the detector and the seed that caught it, and the guarantees that failed; edits and comments stay as they are.
"""

import json
import re
from collections.abc import Iterable

from harness.proof.source.cells import Cell, Cells, Seen
from harness.proof.source.matrix import Planted
from harness.proof.source.subject import SourceProof, is_tests

_KIND = re.compile(r"^(experiment|fuzz|contracts) = .*$", re.MULTILINE)
_GUARANTEE = re.compile(r'^guarantee = "(.*)"$', re.MULTILINE)
_FURTHER = re.compile(r"^(also|seed) = .*\n", re.MULTILINE)


def learn(proof: SourceProof, mutants: Iterable[Planted], cells: Cells) -> list[str]:
    """Move the candidates that were caught, not by tests only, to the known mutants; returns their names. Raises OSError."""
    moved = []
    for mutant in mutants:
        source = proof.candidates / f"{mutant.name}.toml"
        done = cells.of(mutant.name, mutant.text)
        caught = next((cell for cell in done if cell.seen is Seen.CAUGHT and not is_tests(cell.detector)), None)
        if caught is not None and caught.by and source.is_file():
            (proof.known / source.name).write_text(with_what_was_seen(source.read_text(), caught))
            source.unlink()
            moved.append(mutant.name)
    return moved


def with_what_was_seen(text: str, cell: Cell) -> str:
    """The file of a mutant with what a cell says. The guarantee that it names stays, when it was among those that failed."""
    kind, _, name = cell.detector.partition(" ")
    named = _GUARANTEE.search(text)
    first = named[1] if named is not None and named[1] in cell.by else cell.by[0]
    further = [each for each in cell.by if each != first]
    lines = [f'guarantee = "{first}"']
    if further and kind != "contracts":
        lines.append(f"also = {json.dumps(further)}")
    if kind != "contracts":
        lines.append(f"seed = {cell.seed}")
    head, edits, rest = text.partition("[[edits]]")
    head = _KIND.sub(f'{kind} = "{name.split(" ")[0]}"', _FURTHER.sub("", head))
    return _GUARANTEE.sub("\n".join(lines), head) + edits + rest
