"""Tests that share servers are one group, whatever pytest-xdist makes of its own markers."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.groups import GROUPS, group_of

ROOT = Path(__file__).resolve().parents[2]
TESTS = """
import os
from pathlib import Path
import pytest

@pytest.mark.parametrize("n", range(6))
def test_it(n):
    with Path("workers").open("a") as file:
        file.write(os.environ["PYTEST_XDIST_WORKER"] + "\\n")
"""


@pytest.mark.parametrize(
    ("nodeid", "group"),
    [
        ("tests/chaos/test_mutants.py::test_a_planted_bug_is_caught[inbox_forgets]", "mutants"),
        ("tests/chaos/test_kill_any_service.py::test_a", "shop"),
        ("tests/conformance/test_warm.py::test_a", "shop"),
        ("tests/conformance/proxy/test_http.py::test_a[a/b::c]", "proxy"),
        ("tests/conformance/test_cli.py::test_a", "tests/conformance/test_cli.py::test_a"),
    ],
)
def test_the_group_of_a_test_is_that_of_its_file_or_folder(nodeid: str, group: str) -> None:
    assert group_of(nodeid) == group


def test_every_place_in_the_table_is_there() -> None:
    assert [place for place in GROUPS if not (ROOT / place).exists()] == []


@pytest.mark.parametrize(("folder", "workers"), [("tests/chaos", 1), ("tests/conformance", 2)])
def test_a_group_stays_on_one_worker(tmp_path: Path, folder: str, workers: int) -> None:
    place = tmp_path / folder
    place.mkdir(parents=True)
    (place / "test_toy.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "conftest.py").write_text("from tests.conftest import pytest_xdist_make_scheduler\n")
    plain = ["-q", "-p", "no:hypothesispytest", "-p", "no:asyncio", "-p", "no:locust", "-p", "no:schemathesis"]
    command = [sys.executable, "-m", "pytest", *plain, "-n", "2", "--dist", "loadgroup", folder]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - pytest
    assert "6 passed" in done.stdout, done.stdout
    assert len(set((tmp_path / "workers").read_text().split())) == workers
