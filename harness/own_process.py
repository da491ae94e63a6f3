"""Commands that start another process of this program, in whatever folder and with whatever PYTHONPATH (see gauntlet.py)."""

import sys
from pathlib import Path

import harness

_GAUNTLET = Path(harness.__file__).resolve().parents[1] / "gauntlet.py"


def gauntlet(*arguments: str) -> list[str]:
    """What `gauntlet ARGUMENTS…` is."""
    return [sys.executable, "-P", str(_GAUNTLET), *arguments]


def module(name: str, *arguments: str) -> list[str]:
    """What `python -m NAME ARGUMENTS…` is, for a module of this package."""
    return gauntlet("--module", name, *arguments)
