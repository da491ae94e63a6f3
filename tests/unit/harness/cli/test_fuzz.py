"""gauntlet fuzz refuses wrong use before anything is started, and a fuzzing run is not replayed as an experiment."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.cli.commands import build
from harness.exit_codes import ExitCode
from harness.experiment import RunFolder
from tests.unit.harness.report.saved_run import FACTS

APP = build((), lambda _text: None)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["roof"], "there is no part roof; there is across_users"),
        (["--seed", "x"], "a seed is a whole number"),
        (["--suite", "nix"], "there is no suite 'nix'"),
        (["--stack-reuse", "nix"], "nix"),
        (["--time", "0"], "greater than or equal to 1"),
    ],
)
def test_wrong_use_is_refused(arguments: list[str], said: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(APP, ["fuzz", *arguments, "--out", str(tmp_path)])
    assert done.exit_code == ExitCode.USAGE
    assert said in re.sub(r"\s+", " ", done.output)
    assert list(tmp_path.iterdir()) == []


def test_the_parts_are_listed_with_their_share_of_the_time() -> None:
    done = CliRunner().invoke(APP, ["fuzz", "--list", "--json"])
    parts = {each["name"]: each["seconds_of_default"] for each in json.loads(done.stdout)}
    assert "across_users" in parts
    assert sum(parts.values()) == pytest.approx(180, abs=1)


def test_a_fuzzing_run_names_the_command_that_does_it_again(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path, "fuzz", 7)
    folder.save_record(replace(FACTS, experiment="fuzz", replay="make fuzz TIME=60 SEED=7"))
    done = CliRunner().invoke(APP, ["replay", str(folder.path)])
    assert done.exit_code == ExitCode.USAGE
    assert "make fuzz TIME=60 SEED=7" in done.output
