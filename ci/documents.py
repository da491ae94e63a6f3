"""Checks that the make targets, gauntlet commands and files named in the documents exist.

Part of the gate, for README, ARCHITECTURE and CONTRIBUTING.
"""

import re
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

from typer.main import get_command

from harness.cli.commands import GROUP, build

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("harness", "chaos", "system", "ci", "tests", "proto", "contracts")
DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "TRACK_RECORD.md", "contracts/README.md")


def broken_references() -> list[str]:
    """One line for every make target, gauntlet command or linked file that a document names and that is not there."""
    return [fault for name in DOCUMENTS for fault in faults(name, (ROOT / name).read_text())]


def faults(document: str, text: str) -> Iterator[str]:
    """One line for each name in one document that does not exist."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = gauntlet_commands()
    for target in re.findall(r"\bmake ([a-z-]+)", "\n".join(code_of(text))):
        if target not in targets:
            yield f"{document}: `make {target}` is not in the Makefile"
    for command in re.findall(r"\bgauntlet ([a-z-]+)", "\n".join(code_of(text))):
        if command not in commands:
            yield f"{document}: `gauntlet {command}` is not a command"
    for link in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text):
        if not ((ROOT / document).parent / link).exists():
            yield f"{document}: {link} is not a file"
    for path in re.findall(rf"`((?:{'|'.join(FOLDERS)})/[\w/.-]+)`", text):
        if not (ROOT / path).exists():
            yield f"{document}: `{path}` is not a file"


def code_of(text: str) -> list[str]:
    """The fenced blocks and the `inline code` of a Markdown text."""
    fenced = re.findall(r"^```[a-z]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return fenced + re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


def gauntlet_commands() -> set[str]:
    """The names of the CLI's commands, those from entry points included."""
    application = build(entry_points(group=GROUP), warn=lambda text: None)
    return set(getattr(get_command(application), "commands", {}))
