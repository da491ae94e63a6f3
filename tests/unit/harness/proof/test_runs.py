"""A saved run can be corrupted in place of generated histories."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.cli.commands import build
from harness.experiment import RunFolder
from harness.registry import histories
from harness.seed import Seed


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    made = RunFolder(tmp_path)
    histories()["shop"].make(made, 40, Seed(3))
    return made


def prove(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(build((), lambda _text: None), ("prove", "histories", *arguments))
    return result.exit_code, result.stdout


@pytest.mark.nightly
def test_a_saved_run_is_corrupted_by_what_it_was_judged_by(folder: RunFolder) -> None:
    code, said = prove("--run", str(folder.path), "--seeds", "1", "--json")
    found = json.loads(said)["shop"]
    assert found["alarms"] == []
    assert {line["guarantee"] for line in found["lines"]} <= set(folder.record().guarantees)
    assert sum(line["seen"] == line["attempts"] for line in found["lines"]) > 25
    assert code == int(any(line["seen"] < line["attempts"] for line in found["lines"]))


def test_what_is_no_run_is_told(tmp_path: Path) -> None:
    code, _ = prove("--run", str(tmp_path))
    assert code == 2
