"""Prints the part of requirements.lock that services need: `python requirements.py requirements.lock`.

The lock file names the dependents of each package (`# via`). Packages that only tests and the harness need stay out of the
service image. It runs inside the build, before anything is installed: the standard library only.
"""

import re
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

PROJECT = "gauntlet (pyproject.toml)"
HARNESS_ONLY = frozenset({"altair", "platformdirs", "psutil", "rich", "testcontainers", "typer", "vl-convert-python"})
"""Direct dependencies of the project that no service imports."""


@dataclass(frozen=True)
class Entry:
    """A pinned package: its name, its dependents, and its lines without comments."""

    name: str
    via: frozenset[str]
    text: str


def parse(lock: str) -> list[Entry]:
    """The entries of a lock file, in their order."""
    found = []
    for block in re.findall(r"^[A-Za-z0-9].*\n(?:[ #].*\n?)*", lock, re.MULTILINE):
        lines = block.splitlines()
        comments = [re.sub(r"^ *#\s*(?:via\s*)?", "", line) for line in lines if line.lstrip().startswith("#")]
        text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
        found.append(Entry(re.split(r"[=\[; ]", text, maxsplit=1)[0].lower(), frozenset(filter(None, comments)), text))
    return found


def needed(everything: Sequence[Entry]) -> list[Entry]:
    """The closure of the services' dependencies, in the order of the lock file. Raises ValueError without annotations."""
    roots = {entry.name for entry in everything if PROJECT in entry.via and entry.name not in HARNESS_ONLY}
    if not roots:
        raise ValueError(f"no entry of the lock file says `# via {PROJECT}`: it was written without annotations")
    return closure(everything, roots)


def closure(everything: Sequence[Entry], roots: Collection[str]) -> list[Entry]:
    """These packages and all their dependencies, in the order of the lock file. Raises ValueError for one that it lacks."""
    if unknown := set(roots) - {entry.name for entry in everything}:
        raise ValueError(f"the lock file has no {', '.join(sorted(unknown))}")
    kept = set(roots)
    while more := {entry.name for entry in everything if entry.via & kept} - kept:
        kept |= more
    return [entry for entry in everything if entry.name in kept]


def entries(lock: Path) -> str:
    """A requirements file with hashes, for the services."""
    return text(needed(parse(lock.read_text())))


def text(chosen: Sequence[Entry]) -> str:
    """A requirements file with hashes."""
    return "".join(f"{entry.text}\n" for entry in chosen)


if __name__ == "__main__":
    sys.stdout.write(entries(Path(sys.argv[1])))
