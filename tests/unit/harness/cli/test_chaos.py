"""gauntlet chaos and gauntlet judge on the command line: usage errors are told, saved runs are judged."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from harness.cli.commands import build
from harness.experiment import AtOnce, Choices, Experiment, Plan, PlannedFault, RunFolder
from harness.experiment.replaying import replay_command
from harness.faults.spec import FaultSpec
from harness.seed import Seed
from tests.unit.harness.report.saved_run import save


def gauntlet(*arguments: str) -> Result:
    return CliRunner().invoke(build((), lambda _text: None), arguments)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return save(tmp_path)


def test_the_experiments_are_listed() -> None:
    assert "flash_sale  (default)" in gauntlet("chaos", "list").output
    (first, *_) = json.loads(gauntlet("chaos", "list", "--json").output)
    assert set(first) == {"name", "about", "default", "faults", "guarantees"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("chaos", "run", "flash_sail"), "there is no experiment 'flash_sail'; there is flash_sale"),
        (("chaos", "run", "nothing_*"), "no experiment fits nothing_*; `gauntlet chaos list` shows them"),
        (("chaos", "run", "flash_sale", "--repeat", "0"), "--repeat"),
        (("chaos", "run"), "name experiments, or say --default or --all; there is"),
        (("chaos", "run", "flash_sale", "--default"), "name experiments, or say --default or --all"),
        (("chaos", "run", "--all", "--default"), "name experiments, or say --default or --all"),
        (("chaos", "run", "flash_sale", "--provider", "cloud"), "cloud"),
        (("bench", "checkers", "--run", "/nowhere"), "/nowhere is not a run: it has no run.json"),
        (("replay", "/nowhere"), "/nowhere is not a run: it has no run.json"),
        (("mutants", "run"), "name mutants, or say --all"),
        (("mutants", "run", "nix"), "there is no mutant 'nix'"),
        (("chaos", "run", "flash_sale", "--seed", "today"), "a seed is a whole number"),
        (("judge", "/nowhere"), "/nowhere is not a run: it has no run.json"),
    ],
)
def test_what_cannot_be_done_is_told_and_nothing_is_started(arguments: tuple[str, ...], said: str) -> None:
    result = gauntlet(*arguments)
    assert result.exit_code == 2
    assert said in result.output


def test_patterns_name_experiments(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[list[str], int, bool]] = []

    def run_all(_: object, experiments: list[Experiment[Any]], _seed: Seed, *, times: int, fail_fast: bool) -> None:
        ran.append(([each.name for each in experiments], times, fail_fast))

    monkeypatch.setattr("harness.cli.execution.Execution.run_all", run_all)
    gauntlet("chaos", "run", "flash_sale", "saga_expiry_*", "--repeat", "3", "--provider", "native")
    gauntlet("chaos", "run", "load_last_unit", "--until-fail", "--provider", "native")
    assert ran == [(["flash_sale", "saga_expiry_races_complete"], 3, False), (["load_last_unit"], 1000, True)]


def test_a_saved_run_is_judged_again_and_its_report_written_anew(folder: RunFolder) -> None:
    result = gauntlet("judge", str(folder.path), "--json")
    verdict = json.loads(result.stdout)
    assert (verdict["outcome"], result.exit_code) == ("UNKNOWN", 3)
    assert verdict["verdicts"][0]["why"].endswith("was never observed in this run")
    assert json.loads(folder.verdict.read_bytes())["outcome"] == "UNKNOWN"
    assert folder.report.exists()
    assert folder.junit.exists()


def test_a_run_is_judged_by_other_guarantees_and_its_files_stay_as_they_are(folder: RunFolder) -> None:
    one = gauntlet("judge", str(folder.path), "--guarantee", "honest_errors", "--json")
    assert [each["guarantee"] for each in json.loads(one.stdout)["verdicts"]] == ["honest_errors"]
    assert "lists_are_complete" in gauntlet("judge", str(folder.path), "--all").output
    assert not folder.verdict.exists()
    unknown = gauntlet("judge", str(folder.path), "--guarantee", "nothing")
    assert (unknown.exit_code, "there is no guarantee 'nothing'" in unknown.output) == (2, True)


def test_the_list_of_runs_is_written_when_asked_and_kept_true_by_judging(folder: RunFolder) -> None:
    index = folder.path.parent / "index.html"
    assert gauntlet("chaos", "index", str(index.parent)).exit_code == 0
    assert "UNFINISHED" in index.read_text()
    gauntlet("judge", str(folder.path))
    assert "UNFINISHED" not in index.read_text()
    assert folder.path.name in index.read_text()


def test_judging_writes_no_list_where_there_is_none(folder: RunFolder) -> None:
    gauntlet("judge", str(folder.path))
    assert not (folder.path.parent / "index.html").exists()


def test_a_list_of_runs_that_are_not_there_is_an_error(tmp_path: Path) -> None:
    result = gauntlet("chaos", "index", str(tmp_path / "nowhere"))
    assert result.exit_code == 2
    assert "nowhere" in result.output


def test_a_corrupt_history_is_not_judged(folder: RunFolder) -> None:
    folder.history.write_bytes(b"nonsense\n" + folder.history.read_bytes())
    result = gauntlet("judge", str(folder.path))
    assert result.exit_code == 2
    assert "not a record of a history" in result.output


def test_a_plan_of_a_kind_that_nobody_can_make_is_not_run(folder: RunFolder) -> None:
    spec = FaultSpec(kind="meteor", members=("order-1",))
    folder.save_plan(Plan((PlannedFault(name="night", spec=spec, inject=AtOnce(), heal=AtOnce()),)))
    folder.save_record(replace(folder.record(), experiment="flash_sale"))
    for arguments in (("replay", str(folder.path)), ("chaos", "run", "flash_sale", "--plan", str(folder.path / "plan.json"))):
        result = gauntlet(*arguments)
        assert result.exit_code == 2
        assert "not a plan: night: there is no fault of kind 'meteor'" in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not a plan: Invalid JSON"),
        ('{"faults": [{"name": "a"}]}', "not a plan: faults.0.spec: Field required"),
        ('{"fautls": []}', "not a plan: fautls"),
        (None, "No such file or directory"),
    ],
)
def test_a_file_that_is_no_plan_is_told(tmp_path: Path, content: str | None, said: str) -> None:
    file = tmp_path / "plan.json"
    if content is not None:
        file.write_text(content)
    result = gauntlet("chaos", "run", "flash_sale", "--plan", str(file))
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())


def test_a_plan_is_for_one_experiment() -> None:
    result = gauntlet("chaos", "run", "--default", "--plan", "plan.json")
    assert result.exit_code == 2
    assert "--plan goes with the name of one experiment" in " ".join(result.output.split())


def test_a_run_with_a_planted_bug_says_what_does_it_again(folder: RunFolder) -> None:
    again = replay_command("flash_sale", Seed(7), Choices(mutant="reserves_without_taking"))
    facts = replace(folder.record(), replay=again, choices=Choices(mutant="reserves_without_taking"))
    folder.save_record(facts)
    result = gauntlet("replay", str(folder.path))
    assert result.exit_code == 2
    assert "make mutants MUTANT=reserves_without_taking SEED=7" in " ".join(result.output.split())


def test_a_verdict_stands_where_its_report_cannot_be_written(folder: RunFolder) -> None:
    folder.verdict.mkdir()  # as on a read-only medium: not even root can write this file
    result = gauntlet("judge", str(folder.path), "--json")
    assert json.loads(result.stdout)["outcome"] == "UNKNOWN"
    assert result.exit_code == 3
    assert "the verdict stands, but its report could not be written: " in result.stderr
