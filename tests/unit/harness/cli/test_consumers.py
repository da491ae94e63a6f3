"""gauntlet contracts consumers: exit codes, and what is said about what is wrong."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.cli.consumers import consumers
from harness.contracts.consumers.recorder.facts import FactLog
from harness.exit_codes import ExitCode

RUN = CliRunner()
DECLARED = 'name = "desk"\ncode = ["desk/"]\n\n[rpc."toy.Desk/Get"]\nat = ["desk/a.py:get"]\n'


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """The folder of facts, with one of them, and that of declarations."""
    facts, declared = tmp_path / "facts", tmp_path / "declared"
    facts.mkdir()
    declared.mkdir()
    (declared / "desk.toml").write_text(DECLARED)
    log = FactLog(facts)
    log.add("rpc", "toy.Desk/Get", "at", "", "desk/a.py:get")
    log.write()
    return facts, declared


def _use_more(facts: Path) -> None:
    log = FactLog(facts)
    log.add("rpc", "toy.Desk/Get", "reads", "toy.Order.id", "desk/a.py:get")
    log.write()


def test_agreement(folders: tuple[Path, Path]) -> None:
    facts, declared = folders
    done = RUN.invoke(consumers, ["verify", str(facts), "--declared", str(declared), "--complete"])
    assert (done.exit_code, done.stdout) == (ExitCode.PASS, "1 uses recorded, 1 consumers: 0 wrong, 0 to look at\n")


def test_what_is_not_declared_is_named_and_then_derived(folders: tuple[Path, Path]) -> None:
    facts, declared = folders
    _use_more(facts)
    arguments = [str(facts), "--declared", str(declared)]
    done = RUN.invoke(consumers, ["verify", *arguments])
    assert done.exit_code == ExitCode.FAIL
    assert "ERR  consumer-undeclared-use: desk rpc toy.Desk/Get reads toy.Order.id" in done.stdout
    assert "at desk (desk/a.py:get)" in done.stdout
    assert "written, 1 used" in RUN.invoke(consumers, ["derive", *arguments]).stdout
    assert "toy.Order.id" in (declared / "desk.toml").read_text()
    assert RUN.invoke(consumers, ["verify", *arguments, "--complete"]).exit_code == ExitCode.PASS
    assert "as it was" in RUN.invoke(consumers, ["derive", *arguments]).stdout


def test_nothing_recorded_is_inconclusive(folders: tuple[Path, Path], tmp_path: Path) -> None:
    done = RUN.invoke(consumers, ["verify", str(tmp_path / "none"), "--declared", str(folders[1])])
    assert done.exit_code == ExitCode.INCONCLUSIVE


def test_declarations_that_are_none_are_wrong_use(folders: tuple[Path, Path], tmp_path: Path) -> None:
    done = RUN.invoke(consumers, ["verify", str(folders[0]), "--declared", str(tmp_path / "none")])
    assert (done.exit_code, "declares no consumers" in done.output) == (ExitCode.USAGE, True)
