"""Run the test suites: `python -m ci.test [--app order] [--workers 2] [-- pytest arguments]`.

Suites that share one warm stack run on several workers; suites that own their servers or measure leaks run alone, afterwards.
All of them write to one pytest summary each; the exit code is the first failure's.
"""

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = ("tests/unit", "tests/contract", "tests/integration")
ALONE = ("tests/conformance", "tests/chaos")


def folders(roots: tuple[str, ...], app: str) -> list[str]:
    """The folders to test that exist and hold tests: all, or those of one service."""
    places = [ROOT / root for root in roots]
    if app:
        places = [folder for place in places for folder in place.rglob(app) if folder.is_dir()]
    return [str(place.relative_to(ROOT)) for place in places if any(place.rglob("test_*.py"))]


def pytest(arguments: list[str]) -> int:
    """Run pytest in a process of its own; returns its exit code."""
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=ROOT, check=False).returncode  # noqa: S603 - pytest


def main() -> int:
    """Run the command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--app", default="", help="only the tests of one service or module, e.g. order")
    parser.add_argument("--workers", type=int, default=2, help="pytest-xdist workers for the suites that share a stack")
    parser.add_argument("pytest", nargs="*", help="passed on to pytest")
    arguments = parser.parse_args()
    if not (shared := folders(SHARED, arguments.app)):
        parser.error(f"there are no tests for {arguments.app!r}")
    code = pytest([*shared, "-n", str(arguments.workers), "--dist", "loadfile", *arguments.pytest])
    if not code and (alone := folders(ALONE, arguments.app)):
        code = pytest([*alone, *arguments.pytest])
    return code


if __name__ == "__main__":
    sys.exit(main())
