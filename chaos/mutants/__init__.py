"""Mutants: known bugs, one TOML file each: the change to a copy of `system/`, the experiment and guarantee that fail."""

from pathlib import Path

from harness.mutants import load

MUTANTS = load(Path(__file__).parent)
