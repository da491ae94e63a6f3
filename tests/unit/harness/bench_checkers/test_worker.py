"""A measurement is of a run that was judged, promise by promise."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.bench_checkers.worker import main, measure
from harness.cli.commands import build
from harness.experiment import RunFolder
from harness.registry import histories
from harness.seed import Seed


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    made = RunFolder(tmp_path_factory.mktemp("run"))
    histories()["shop"].make(made, 2000, Seed(3))
    return made


def test_every_promise_is_judged_and_timed(folder: RunFolder) -> None:
    result = measure(folder)
    assert result.operations >= 2000
    assert set(result.judged_s) == set(result.outcomes) == set(folder.record().guarantees)
    assert {name: outcome for name, outcome in result.outcomes.items() if outcome != "PASS"} == {}
    assert result.seconds > 0
    assert result.peak_mb > 10


def test_the_same_seed_makes_the_same_history(folder: RunFolder, tmp_path: Path) -> None:
    main(["make", "shop", "2000", "3", str(tmp_path)])
    assert RunFolder(tmp_path).history.read_bytes() == folder.history.read_bytes()


def test_a_run_that_there_is_can_be_measured(folder: RunFolder, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    command = ("bench", "checkers", "--run", str(folder.path), "--json", str(figures))
    result = CliRunner().invoke(build((), lambda _text: None), command)
    assert result.exit_code == 0, result.output
    (read,) = json.loads(figures.read_text())
    assert read["operations"] >= 2000
    assert read["seconds"] == pytest.approx(read["read_s"] + sum(read["judged_s"].values()))


def test_a_promise_that_was_not_kept_is_no_good_measurement(folder: RunFolder, tmp_path: Path) -> None:
    broken = RunFolder(tmp_path)
    broken.save_record(folder.record())
    broken.history.write_bytes(folder.history.read_bytes().replace(b'"transmissions":1', b'"transmissions":2'))
    result = CliRunner().invoke(build((), lambda _text: None), ("bench", "checkers", "--run", str(broken.path)))
    assert result.exit_code == 1
    assert "mail_once_per_paid_order: FAIL" in result.output


def test_what_is_no_run_is_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(build((), lambda _text: None), ("bench", "checkers", "--run", str(tmp_path)))
    assert result.exit_code == 2
    assert "has no run.json" in result.output


def test_anything_else_is_told_how_to_use_it() -> None:
    with pytest.raises(SystemExit, match=r"harness\.bench_checkers\.worker make"):
        main([])
