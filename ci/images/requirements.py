"""Prints the part of requirements.lock that services need: `python requirements.py requirements.lock`.

The lock file says of each package who asked for it (`# via`). What only tests and the harness ask for stays out of the
service image. It runs inside the build, before anything is installed: the standard library only.
"""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PROJECT = "gauntlet (pyproject.toml)"
HARNESS_ONLY = frozenset({"altair", "platformdirs", "psutil", "rich", "testcontainers", "typer", "vl-convert-python"})
"""Direct dependencies of the project that no service imports."""


@dataclass(frozen=True)
class Entry:
    """A pinned package: its name, who asked for it, and its lines without comments."""

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
    """What the services' own dependencies come to, in the order of the lock file. Raises ValueError when it does not say."""
    kept = {entry.name for entry in everything if PROJECT in entry.via and entry.name not in HARNESS_ONLY}
    if not kept:
        raise ValueError(f"no entry of the lock file says `# via {PROJECT}`: it was written without annotations")
    while more := {entry.name for entry in everything if entry.via & kept} - kept:
        kept |= more
    return [entry for entry in everything if entry.name in kept]


def entries(lock: Path) -> str:
    """A requirements file with hashes."""
    return "".join(f"{entry.text}\n" for entry in needed(parse(lock.read_text())))


if __name__ == "__main__":
    sys.stdout.write(entries(Path(sys.argv[1])))
