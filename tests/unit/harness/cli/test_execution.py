"""Several runs one after the other: listed, summed up and reported as one, also when somebody stops them in the middle."""

import asyncio
import signal
import xml.etree.ElementTree as ET
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import typer

from harness.cli.execution import Execution, require_folder
from harness.exit_codes import ExitCode
from harness.experiment import Bounds, Choices, Context, Experiment
from harness.seed import Seed
from harness.verdict import Outcome
from tests.unit.harness.experiment.fake_shop import ORDERS_COUNTED, Buyers, FakeShop, FakeSystem, experiment

BOUNDS = Bounds(settle_poll_s=0.001)


@dataclass
class ToldToStop(Buyers):
    """A workload in the middle of which the program gets a SIGTERM."""

    async def drive(self, subject: FakeShop, context: Context) -> None:
        signal.raise_signal(signal.SIGTERM)
        await asyncio.Event().wait()


def named(name: str, workload: Buyers | None = None) -> Experiment[Any]:
    return replace(experiment(FakeSystem(FakeShop()), workload=workload, bounds=BOUNDS), name=name)


@pytest.fixture
def execution(tmp_path: Path) -> Execution:
    return Execution(tmp_path, {ORDERS_COUNTED.name: ORDERS_COUNTED}, Choices())


def suites(execution: Execution) -> list[str | None]:
    document = ET.fromstring((execution.parent / "junit.xml").read_bytes())  # noqa: S314 - our own document
    return [suite.get("name") for suite in document]


def test_several_runs_are_summed_up(execution: Execution, capsys: pytest.CaptureFixture[str]) -> None:
    verdicts = execution.run_all([named("one"), named("two", Buyers(count=1))], Seed(7))
    assert [verdict.outcome for verdict in verdicts] == [Outcome.PASS, Outcome.VACUOUS]
    assert "2 runs  1 PASS  1 VACUOUS" in capsys.readouterr().out
    assert suites(execution) == ["one", "two"]
    index = (execution.parent / "index.html").read_text()
    assert all(f"{folder.path.name}/report.html" in index for folder, _ in execution.concluded)


def test_runs_are_repeated_with_seeds_that_follow_from_the_first(execution: Execution) -> None:
    execution.run_all([named("one"), named("two")], Seed(7), times=2)
    seeds = [verdict.seed for _, verdict in execution.concluded]
    assert seeds == [7, 7, *2 * [Seed(7).child("again", 1).value]]


def test_the_first_that_is_not_green_ends_them_when_that_is_asked_for(
    execution: Execution, capsys: pytest.CaptureFixture[str]
) -> None:
    execution.run_all([named("one"), named("two", Buyers(count=1))], Seed(7), times=1000, fail_fast=True)
    assert [verdict.experiment for _, verdict in execution.concluded] == ["one", "two"]
    assert "2 runs  1 PASS  1 VACUOUS  1998 not run" in capsys.readouterr().out


def test_one_run_alone_is_not_summed_up(execution: Execution, capsys: pytest.CaptureFixture[str]) -> None:
    execution.run_all([named("one")], Seed(7))
    assert "1 runs" not in capsys.readouterr().out
    assert not (execution.parent / "junit.xml").exists()
    assert (execution.parent / "index.html").exists()


def test_what_was_done_before_it_was_stopped_is_summed_up(execution: Execution, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as stopped:
        execution.run_all([named("one"), named("two", ToldToStop()), named("three")], Seed(7))
    assert stopped.value.exit_code == ExitCode.INTERRUPTED
    assert "2 runs  1 PASS  1 UNKNOWN  1 not run" in capsys.readouterr().out
    assert suites(execution) == ["one", "two"]
    folder, verdict = execution.concluded[1]
    assert verdict.errors == ("workload: interrupted",)
    assert "Stopped by hand in the stage workload" in folder.report.read_text()


@pytest.mark.parametrize(("count", "code"), [(3, ExitCode.TROUBLE), (0, ExitCode.TROUBLE)])
def test_a_run_whose_report_cannot_be_written_is_no_success(
    execution: Execution, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], count: int, code: ExitCode
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("harness.report.write", full)
    execution.run(named("one", Buyers(count=count)), Seed(7))
    assert execution.exit_code == code
    said = capsys.readouterr()
    assert "orders_counted" in said.out
    assert "No space left on device" in said.err


@pytest.mark.parametrize("place", ["file", "file/runs"])
def test_a_folder_for_runs_cannot_be_a_file(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError, match="there is a file of that name on the way"):
        require_folder(tmp_path / place)
