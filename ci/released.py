"""Checks that nobody edited what is released in contracts/: part of the gate."""

from pathlib import Path

from harness.contracts.released import Releases

ROOT = Path(__file__).resolve().parent.parent


def edited(root: Path = ROOT) -> list[str]:
    """One line for every released file that is not as it was released; and one when nothing is released at all."""
    releases = Releases(root / "contracts" / "released")
    return list(releases.edited()) if releases.versions() else [f"{releases.folder} has no release"]
