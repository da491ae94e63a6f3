"""Records what consumers use while a part of the tests runs, then holds it against their declarations (contracts/consumers)."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.contracts.consumers.recorder import STARTUP

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
        given = {"PYTHONPATH": path, "CONTRACTS_RECORD_DIR": folder, "CONTRACTS_RECORD_PACKAGES": ",".join(PACKAGES)}
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
    command = [sys.executable, "-m", "harness.cli", "contracts", "consumers", "verify", str(facts)]
    sys.stdout.flush()
    return subprocess.run([*command, *(["--complete"] if complete else [])], check=False).returncode  # noqa: S603 - ourselves
