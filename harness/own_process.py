"""Commands that start another process of this program, in whatever folder and with whatever PYTHONPATH (see gauntlet.py)."""

import sys
from pathlib import Path

import harness

NO_DOCSTRINGS = 2
"""The level of sys.flags.optimize from which on Python drops docstrings."""
WITHOUT_DOCSTRINGS = "Python was told to drop docstrings, which promises are quoted from: run without PYTHONOPTIMIZE=2 and -OO"

_GAUNTLET = Path(harness.__file__).resolve().parents[1] / "gauntlet.py"


def gauntlet(*arguments: str) -> list[str]:
    """What `gauntlet ARGUMENTS…` is."""
    return [sys.executable, "-P", str(_GAUNTLET), *arguments]


def module(name: str, *arguments: str) -> list[str]:
    """What `python -m NAME ARGUMENTS…` is, for a module of this package."""
    return gauntlet("--module", name, *arguments)
