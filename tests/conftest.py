"""One shop for all tests of a run: whoever needs it first starts it, everybody attaches, the run's first process stops it.

The stack belongs to the pytest process (the controller, with xdist): when that dies, however it dies, the stack goes too.
"""

import fcntl
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from harness.stack.attach import AttachedStack, attach

ROOT = Path(__file__).resolve().parent.parent
OWNER = "GAUNTLET_TEST_OWNER"
FOLDER = "GAUNTLET_TEST_FOLDER"
INSTANCES = ("order=2", "product=2", "user=2", "payment=2", "notification=2")
SETTINGS = ("gateway.LOGIN_RATE=100000/minute", "order.SAGA_LEASE_S=3")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        os.environ[OWNER] = str(os.getpid())
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="gauntlet-test-")


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and (Path(os.environ[FOLDER]) / "started").exists():
        gauntlet("down")


def gauntlet(*arguments: str) -> str:
    """Run the CLI in the run's own folder; its standard output. Fails the test with what it said."""
    command = [str(Path(sys.executable).parent / "gauntlet"), *arguments]
    done = subprocess.run(command, cwd=os.environ[FOLDER], capture_output=True, text=True, check=False)  # noqa: S603 - our own CLI
    if done.returncode:
        pytest.fail(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


@pytest.fixture(scope="session")
def stack() -> AttachedStack:
    """The shop, running: two instances of every service behind the gateway."""
    folder = Path(os.environ[FOLDER])
    with (folder / "starting").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        started = folder / "started"
        if not started.exists():
            many = [part for value in INSTANCES for part in ("--instances", value)]
            sets = [part for value in SETTINGS for part in ("--set", value)]
            topology = str(ROOT / "system" / "services.toml")
            owner = os.environ[OWNER]
            said = gauntlet(
                "up", "--detach", "--json", "--port", "0", "--topology", topology, "--owner-pid", owner, *many, *sets
            )
            started.write_text(said)
        return attach(Path(json.loads(started.read_text())["folder"]))
