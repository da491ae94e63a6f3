"""The command `gauntlet`: one file per command, more of them from the entry points of whoever is installed beside us."""

from harness.cli.entry import main

__all__ = ["main"]
