"""Bugs that the shop could have, one TOML file each: what to change in a copy of `system/`, and who must catch it."""

from pathlib import Path

from harness.mutants import load

MUTANTS = load(Path(__file__).parent)
