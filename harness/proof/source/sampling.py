"""Draws mutations from the files of a system: as many of each kind and file as there can be, the same for the same seed."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from harness.proof.source import operators
from harness.proof.source.mutations import OPERATORS, Mutation, mutations
from harness.seed import Seed

assert operators  # noqa: S101 - imported for what it registers


def of_folder(folder: Path, patterns: Iterable[str], left_out: Iterable[str] = ()) -> tuple[Mutation, ...]:
    """Every mutation of the files that match a pattern and are not left out; of equal lines one. Raises SyntaxError."""
    excluded = {path for pattern in left_out for path in folder.glob(pattern)}
    files = sorted({path for pattern in patterns for path in folder.glob(pattern)} - excluded)
    found = (each for path in files for each in mutations(path.read_text(), path.relative_to(folder).as_posix()))
    return tuple({each.name: each for each in found}.values())


def sample(found: Iterable[Mutation], count: int, seed: Seed, folder: Path) -> tuple[Mutation, ...]:
    """So many of them that compile: kinds in turn, and of each kind files in turn, so that none crowds the others out."""
    waiting: dict[str, dict[str, list[Mutation]]] = defaultdict(lambda: defaultdict(list))
    random = seed.stream("mutations")
    for each in found:
        waiting[each.kind][each.file].append(each)
    kinds = [kind for kind in OPERATORS if kind in waiting]
    random.shuffle(kinds)
    for files in waiting.values():
        for inside in files.values():
            random.shuffle(inside)
    used: dict[str, int] = defaultdict(int)
    chosen: list[Mutation] = []
    while kinds and len(chosen) < count:
        kind = kinds.pop(0)
        files = waiting[kind]
        least = min(used[file] for file in files)
        file = random.choice(sorted(each for each in files if used[each] == least))
        drawn = files[file].pop()
        if drawn.compiles((folder / file).read_text()):
            chosen.append(drawn)
            used[file] += 1
        if not files[file]:
            del files[file]
        if files:
            kinds.append(kind)
    return tuple(chosen)
