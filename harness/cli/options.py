"""Options that several commands share, and reading the repeatable ones."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from harness.stack.carriers.choice import CHOICES, OWN, SETTING

ROOT = Path(".gauntlet") / "stacks"

Name = Annotated[str, typer.Option("--name", help="Which stack, when there are several.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object to stdout instead of text.")]
ProxyName = Annotated[
    str,
    typer.Option(
        "--proxy",
        help=f"What carries the edges: {', '.join(CHOICES)}; default: what {SETTING} says, else {OWN}.",
        show_default=False,
    ),
]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SETTING = re.compile(r"([^.=]+)\.([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)


def stack_folder(name: str) -> Path:
    """The run folder of a named stack, below the current directory. Raises BadParameter."""
    if not _NAME.fullmatch(name):
        raise typer.BadParameter(
            f"{name[:80]!r} cannot be the name of a stack: at most 64 letters, digits, dots, hyphens, underscores"
        )
    return ROOT.resolve() / name


def instance_counts(given: Iterable[str]) -> dict[str, int]:
    """["order=2"] as {"order": 2}. Raises BadParameter."""
    counts: dict[str, int] = {}
    for text in given:
        service, _, count = text.partition("=")
        if not service or not count.isdecimal() or int(count) < 1:
            raise typer.BadParameter(f"{text!r} is not SERVICE=COUNT with a count of at least 1, such as order=2")
        counts[service] = int(count)
    return counts


def settings(given: Iterable[str]) -> dict[str, dict[str, str]]:
    """["order.TTL=2"] as {"order": {"TTL": "2"}}. Raises BadParameter."""
    found: dict[str, dict[str, str]] = {}
    for text in given:
        match = _SETTING.fullmatch(text)
        if match is None:
            raise typer.BadParameter(f"{text!r} is not SERVICE.VARIABLE=VALUE, such as order.RESERVATION_TTL_S=2")
        service, variable, value = match.groups()
        found.setdefault(service, {})[variable] = value
    return found
