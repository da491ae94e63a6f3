"""The command `gauntlet`: one file per command, further commands from entry points of installed packages."""

from harness.cli.entry import main

__all__ = ["main"]
