"""What the matrix has found out goes into the files of the mutants: a candidate that was caught is a known mutant from then on.

Its file gets the detector and the seed that caught it, and the guarantees that failed; that of a known one gets further
guarantees that failed. Edits and comments stay as they are.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Sequence

from harness.proof.source.cells import Cell, Cells, Seen
from harness.proof.source.matrix import Planted
from harness.proof.source.subject import SourceProof, is_tests

_KIND = re.compile(r"^(experiment|fuzz|contracts) = .*$", re.MULTILINE)
_GUARANTEE = re.compile(r'^guarantee = "(.*)"$', re.MULTILINE)
_ALSO = re.compile(r"^also = .*\n", re.MULTILINE)
_SEED = re.compile(r"^seed = .*\n", re.MULTILINE)


def learn(proof: SourceProof, mutants: Iterable[Planted], cells: Cells) -> list[str]:
    """Write down what was caught, not by tests only; returns the names of the candidates that moved. Raises OSError."""
    moved = []
    for mutant in mutants:
        candidate, known = (folder / f"{mutant.name}.toml" for folder in (proof.candidates, proof.known))
        done = cells.of(mutant.name, mutant.text)
        caught = next((cell for cell in done if cell.seen is Seen.CAUGHT and not is_tests(cell.detector)), None)
        if caught is None or not caught.by:
            continue
        if candidate.is_file():
            known.write_text(with_what_was_seen(candidate.read_text(), caught))
            candidate.unlink()
            moved.append(mutant.name)
        elif known.is_file() and caught.detector == mutant.detectors[0]:
            known.write_text(with_further_guarantees(known.read_text(), caught))
    return moved


def with_what_was_seen(text: str, cell: Cell) -> str:
    """The file of a mutant with what a cell says. The guarantee that it names stays, when it was among those that failed."""
    kind, _, name = cell.detector.partition(" ")
    head, edits, rest = text.partition("[[edits]]")
    named = _GUARANTEE.search(head)
    first = named[1] if named is not None and named[1] in cell.by else cell.by[0]
    head = _KIND.sub(f'{kind} = "{name.split(" ")[0]}"', _SEED.sub("", _ALSO.sub("", head)))
    seed = f"\nseed = {cell.seed}" if kind != "contracts" else ""
    head = _GUARANTEE.sub(f'guarantee = "{first}"{seed}', head)
    return with_further_guarantees(head + edits + rest, cell)


def with_further_guarantees(text: str, cell: Cell) -> str:
    """The file of a known mutant with further guarantees that failed; as it is when the one that it names held."""
    named, known = tomllib.loads(text)["guarantee"], tomllib.loads(text).get("also", ())
    further = list(dict.fromkeys((*known, *cell.by))) if cell.detector.startswith("experiment ") else list(known)
    if named not in cell.by or [*known] == [each for each in further if each != named]:
        return text
    return _with_also(text, [each for each in further if each != named])


def _with_also(text: str, further: Sequence[str]) -> str:
    head, edits, rest = text.partition("[[edits]]")
    head = _GUARANTEE.sub(lambda line: f"{line[0]}\nalso = {json.dumps(further)}", _ALSO.sub("", head))
    return head + edits + rest
