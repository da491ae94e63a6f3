"""A project of its own with the small toy system, and pytest run on it as a process: for tests of the pytest plugin."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

from harness.stack.marker import Mark, marked
from harness.stack.stack_folder import in_use
from tests.conformance.toys import SMALL

TIMEOUT_S = 60
FOREIGN = "-p no:locust -p no:schemathesis -p no:hypothesispytest -p no:anyio"
"""Other people's plugins, which take most of the time that a nested run takes, and are of no use in any."""
WITHOUT_ASYNCIO = "-p no:asyncio"
NATIVE = ("--provider", "native")
TWO = ("-n", "2")
ALONE_ID, TWO_ID = "alone", "two workers"
NIGHTLY = pytest.mark.nightly


def workers(at_each_commit: str) -> pytest.MarkDecorator:
    """Both ways to run, of which the other one is tried nightly."""
    ways = {ALONE_ID: (), TWO_ID: TWO}
    marks = {way: () if way == at_each_commit else (NIGHTLY,) for way in ways}
    return pytest.mark.parametrize("workers", [pytest.param(ways[way], marks=marks[way], id=way) for way in ways])


CONFTEST = '''
import json
import threading
from pathlib import Path

import httpx
import pytest


@pytest.fixture
def seen(stack, request):
    """Tells the outside which stack this test has."""
    found = {"folder": str(stack.folder), "stack": stack.manifest.stack}
    writing = Path(f".{request.node.name}")
    writing.write_text(json.dumps(found))
    writing.rename(f"{request.node.name}.seen")


@pytest.fixture
def complain(stack):
    """Makes a member write a warning."""
    return lambda member: httpx.get(f"http://{stack.address(member)}/complain", trust_env=False)
'''

CROSSING = """
import json
from pathlib import Path

import pytest
from harness.waiting import wait_until
from tests.conformance.contamination import read, strangers, write

@pytest.mark.parametrize("n", range(2))
def test_apart(namespace, n):
    Path(f"apart-{n}.name").write_text(json.dumps(namespace.name))
    cross(namespace, "apart", n)

@pytest.mark.parametrize("n", range(2))
def test_together(stack, n):
    cross(stack, "together", n)

def cross(place, what, n):
    write(place, f"worker {n}")
    Path(f"{what}-{n}.written").touch()
    wait_until(lambda: len(list(Path().glob(f"{what}-*.written"))) == 2, what="all have written", timeout_s=30)
    assert strangers(read(place), f"worker {n}") == set()
"""


@dataclass(frozen=True)
class Seen:
    """The stack that a nested test had."""

    folder: Path
    stack: str

    @property
    def processes(self) -> list[int]:
        """What lives of it."""
        return marked(Mark(self.stack, self.folder / "logs"))

    @property
    def gone(self) -> bool:
        """Whether neither members nor owner nor guard are left."""
        return not in_use(self.folder) and not self.processes

    @property
    def run(self) -> Path:
        """The temporary folder of the run that started it."""
        return self.folder.parents[2]


class Project:
    """A folder with a pytest.ini, a conftest.py and the tests given."""

    def __init__(
        self, folder: Path, tests: str, *, settings: str = "", conftest: str = "", addopts: str = WITHOUT_ASYNCIO
    ) -> None:
        self.folder = folder
        (folder / "pytest.ini").write_text(
            f"[pytest]\ngauntlet_topology = {SMALL}\ngauntlet_settings = {settings}\naddopts = {FOREIGN} {addopts}\n"
        )
        (folder / "conftest.py").write_text(CONFTEST + dedent(conftest))
        (folder / "test_toy.py").write_text(dedent(tests))

    def pytest(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run it to its end."""
        with self.running(*arguments) as process:
            said, _ = process.communicate(timeout=TIMEOUT_S)
        return subprocess.CompletedProcess(process.args, process.returncode, said)

    @contextmanager
    def running(self, *arguments: str, temporary: Path | None = None) -> Iterator["subprocess.Popen[str]"]:
        """Run it in a process group of its own, as a terminal does; killed at the end of the block.

        `temporary` is where its temporary files go.
        """
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        if temporary is not None:
            temporary.mkdir()
            environment["TMPDIR"] = str(temporary)
        process = subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()

    def seen(self) -> dict[str, Seen]:
        """The stacks of the tests so far, by the test's name."""
        found = {path.stem: json.loads(path.read_text()) for path in self.folder.glob("*.seen")}
        return {name: Seen(Path(each["folder"]), each["stack"]) for name, each in found.items()}
