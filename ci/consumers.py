"""Records what consumers use while a part of the tests runs, then holds it against their declarations (contracts/consumers).

`python -m ci.consumers [pytest arguments]` writes the declarations instead: what the shared tests were recorded to use is
added, and after a run of all of them that is green, what is not used any more is dropped.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from harness.contracts.consumers.recorder import STARTUP

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = (
    "system.gateway",
    "system.user",
    "system.product",
    "system.order",
    "system.payment",
    "system.notification",
    "chaos.client",
)
"""Whatever may call another service, or does for the harness: a caller that is new is found because it is recorded, too."""

Verify = Callable[[Path, bool], int]
"""Takes the folder of facts, and whether everything was exercised; returns the exit code."""


@contextmanager
def recording() -> Iterator[Path]:
    """Processes started while the block runs write what they use into the folder."""
    with tempfile.TemporaryDirectory(prefix="gauntlet-consumers-") as folder:
        path = os.pathsep.join(filter(None, (str(STARTUP), os.environ.get("PYTHONPATH", ""))))
        given = {
            "PYTHONPATH": path,
            "CONTRACTS_RECORD_DIR": folder,
            "CONTRACTS_RECORD_PACKAGES": ",".join(PACKAGES),
            "CONTRACTS_RECORD_ROOT": str(ROOT),
        }
        before = {name: os.environ.get(name) for name in given}
        os.environ.update(given)
        try:
            yield Path(folder)
        finally:
            for name, value in before.items():
                os.environ.pop(name)
                if value is not None:
                    os.environ[name] = value


def verify(facts: Path, complete: bool) -> int:
    """Run `gauntlet contracts consumers verify`; of a selection of tests that used nothing there is nothing to say."""
    if not complete and not any(facts.glob("*.json")):
        return 0
    return _consumers("verify", facts, "--complete" if complete else "")


def main(arguments: Sequence[str]) -> int:
    """Record the shared tests and derive from them; returns the exit code."""
    with recording() as facts:
        tests = ["tests/integration", "-n", "2", "--dist", "loadfile", *arguments]
        code = subprocess.run([sys.executable, "-m", "pytest", *tests], check=False).returncode  # noqa: S603 - pytest
        return _consumers("derive", facts, "--exact" if code == 0 and not arguments else "") or code


def _consumers(command: str, facts: Path, option: str) -> int:
    sys.stdout.flush()
    given = [command, str(facts), *filter(None, [option])]
    ours = [sys.executable, "-m", "harness.cli", "contracts", "consumers", *given]
    return subprocess.run(ours, check=False).returncode  # noqa: S603 - ourselves


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
