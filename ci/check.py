"""The gate: `python -m ci.check` runs every check, shows what failed, and exits 1 if any did.

`CHECKS` lists them, one line each, the fastest first.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ci import catalogue, documents, reference, released, stubs

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Check:
    """A name, and either a command or a function that returns the errors (empty: passed)."""

    name: str
    command: tuple[str, ...] = ()
    function: Callable[[], list[str]] | None = None

    def run(self) -> str:
        """The errors as text; empty when it passed."""
        if self.function is not None:
            return "\n".join(self.function())
        command = [str(BIN / self.command[0]), *self.command[1:]]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - the list below
        return "" if done.returncode == 0 else done.stdout + done.stderr


CHECKS = (
    Check("ruff format", ("ruff", "format", "--check", "--quiet", ".")),
    Check("ruff", ("ruff", "check", "--quiet", ".")),
    Check("buf format", ("buf", "format", "--diff", "--exit-code", "proto")),
    Check("buf lint", ("buf", "lint", "proto")),
    Check("released contracts unedited", function=released.edited),
    Check("stubs current", function=stubs.stale_files),
    Check("catalogue current", function=catalogue.stale),
    Check("reference of services.toml current", function=reference.stale),
    Check("README commands exist", function=documents.broken_references),
    Check("layers (import-linter)", ("lint-imports", "--no-logo")),
    Check("mypy --strict", ("mypy",)),
)


def main() -> int:
    """Run them all; returns the exit code."""
    failed = 0
    for check in CHECKS:
        started = time.monotonic()
        wrong = check.run()
        failed += bool(wrong)
        sys.stdout.write(f"{'FAIL' if wrong else 'ok  '} {check.name} ({time.monotonic() - started:.1f} s)\n")
        if wrong:
            sys.stdout.write(wrong.rstrip() + "\n\n")
        sys.stdout.flush()
    sys.stdout.write(f"{len(CHECKS) - failed} checks passed, {failed} failed\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
