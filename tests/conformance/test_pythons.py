"""The project on every further Python that this machine has, 3.11 or newer: on PATH, or among pyenv's versions.

Each gets an environment of its own from requirements.lock, as ci/setup makes it. Where there is none, that is a skip.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.stack.manifest import read
from harness.stack.marker import Mark, marked
from tests.conformance.toys import WHOLE

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(900)]

ROOT = Path(__file__).resolve().parents[2]
OLDEST = 11
"""The minor version of Python 3 that pyproject.toml asks for at least."""
_NAME = re.compile(r"python3\.(\d+)")
_USABLE = "import ensurepip, sys, venv; sys.exit(sys.version_info.releaselevel != 'final')"
_SUITES = ("experiment", "history", "pytest_plugin", "stack", "system")
"""Those of tests/unit/harness that lean on the interpreter: processes, signals, asyncio, dataclasses, pydantic."""

_IMPORT_ALL = """
import importlib, pkgutil, sys, warnings
warnings.filterwarnings("error", module=r"(gauntlet|harness|chaos|system|shop)")
import gauntlet, gauntlet_pytest
seen = 0
for top in ("harness", "chaos", "system", "shop"):
    package = importlib.import_module(top)
    for each in pkgutil.walk_packages(package.__path__, f"{top}."):
        if not each.name.endswith("__main__") and ".migrations." not in each.name:
            importlib.import_module(each.name)
            seen += 1
print(seen, sys.version_info.minor)
"""


def installed() -> dict[int, list[Path]]:
    """By minor version, what is called like another Python than this one. Whether it runs is not known yet."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    folders = [*sorted(pyenv.glob("versions/*/bin"), reverse=True), *map(Path, os.environ.get("PATH", "").split(os.pathsep))]
    found: dict[int, list[Path]] = {}
    for folder in folders:
        for path in folder.glob("python3.*"):
            match = _NAME.fullmatch(path.name)
            if match and OLDEST <= (minor := int(match[1])) != sys.version_info.minor:
                found.setdefault(minor, []).append(path)
    return dict(sorted(found.items()))


def usable(python: Path) -> bool:
    """Whether it runs (pyenv's shims do only for a version that is chosen), is no preview, and can make environments."""
    try:
        return subprocess.run([python, "-c", _USABLE], capture_output=True, timeout=60, check=False).returncode == 0  # noqa: S603 - a Python that was found
    except OSError:
        return False


FOUND = installed()


@dataclass(frozen=True)
class Other:
    """Another Python, with everything installed. `minor` is that of its version."""

    minor: int
    python: Path

    def run(self, *arguments: str, cwd: Path = ROOT, timeout_s: float = 300) -> str:
        """What it writes to stdout; the test fails when it ends with another code than 0."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PYTHON"))}
        done = subprocess.run(  # noqa: S603 - the interpreter of the environment made here
            [self.python, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, timeout=timeout_s, check=False
        )
        assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module", params=FOUND or [None], ids=lambda minor: f"3.{minor}" if minor else "none")
def other(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Other:
    if request.param is None:
        pytest.skip(f"no Python but this one, 3.{OLDEST} or newer, on PATH or among pyenv's versions")
    interpreter = next(filter(usable, FOUND[request.param]), None)
    if interpreter is None:
        pytest.skip(f"Python 3.{request.param} does not run, is a preview or cannot make environments: {FOUND[request.param]}")
    folder = tmp_path_factory.mktemp(f"python3{request.param}")
    Other(request.param, interpreter).run("-m", "venv", str(folder))
    made = Other(request.param, folder / "bin" / "python")
    install = ("-m", "pip", "install", "-qq", "--disable-pip-version-check")
    made.run(*install, "--require-hashes", "-r", "requirements.lock", timeout_s=600)
    made.run(*install, "--no-deps", "--no-build-isolation", "-e", ".")
    return made


def test_every_module_can_be_imported_without_a_warning(other: Other) -> None:
    seen, minor = map(int, other.run("-c", _IMPORT_ALL).split())
    assert minor == other.minor
    assert seen > 300


def test_experiments_are_listed(other: Other) -> None:
    assert "flash_sale" in other.run(str(other.python.with_name("gauntlet")), "chaos", "list")


def test_the_harness_passes_its_unit_tests(other: Other) -> None:
    suites = [f"tests/unit/harness/{suite}" for suite in _SUITES]
    assert re.search(r"\d{3} passed", other.run("-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", *suites))


@pytest.fixture
def folder(other: Other, tmp_path: Path) -> Iterator[Path]:
    """A folder to run it in; whatever is still up afterwards is stopped."""
    yield tmp_path
    other.run("-m", "harness.cli", "down", cwd=tmp_path)


def test_the_toy_system_goes_up_and_down(other: Other, folder: Path) -> None:
    up = ("-m", "harness.cli", "up", "--detach", "--provider", "native", "--topology", str(WHOLE))
    other.run(*up, cwd=folder)
    stack = folder / ".gauntlet" / "stacks" / "default"
    mark = Mark(read(stack).stack, stack / "logs")
    services = [Path(f"/proc/{pid}/exe").resolve().name for pid in marked(mark)]
    assert f"python3.{other.minor}" in services
    other.run("-m", "harness.cli", "down", cwd=folder)
    assert marked(mark) == []
