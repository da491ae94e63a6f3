"""The pytest plugin in unusual surroundings: warnings as errors, Python without docstrings, somebody else's `harness`."""

import subprocess
from collections.abc import Callable

import pytest

from tests.conformance.nested import ALONE_ID, NATIVE, TWO, Project, workers

PASSING = "def test_it(seen): ..."


def test_a_project_may_take_every_warning_for_an_error(project: Callable[..., Project]) -> None:
    run = project(PASSING).pytest("-W", "error", *TWO)
    assert run.returncode == 0, run.stdout


@workers(ALONE_ID)
def test_python_without_docstrings_is_refused_once_and_before_any_test(
    project: Callable[..., Project], workers: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONOPTIMIZE", "2")
    is_usage_error(project(PASSING).pytest(*workers), "run without PYTHONOPTIMIZE=2 and -OO")


@pytest.mark.parametrize("file", ["harness.py", "harness/__init__.py"])
def test_a_harness_of_somebody_else_is_named_and_how_to_do_without_ours(
    project: Callable[..., Project], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    foreign = elsewhere / file
    foreign.parent.mkdir(exist_ok=True)
    foreign.touch()
    monkeypatch.setenv("PYTHONPATH", str(elsewhere))
    toy = project(PASSING)
    is_usage_error(toy.pytest(*NATIVE), f"import harness finds {foreign}, which is not gauntlet's")
    (toy.folder / "conftest.py").unlink()
    (toy.folder / "test_toy.py").write_text("def test_it(): ...")
    without = toy.pytest("-p", "no:gauntlet", "-p", "no:shop")
    assert without.returncode == 0, without.stdout


def is_usage_error(run: "subprocess.CompletedProcess[str]", why: str) -> None:
    """Pytest ended with one line that says what to do."""
    assert run.returncode == pytest.ExitCode.USAGE_ERROR, run.stdout
    assert why in run.stdout
    assert run.stdout.count("ERROR") == 1
    assert "Traceback" not in run.stdout
