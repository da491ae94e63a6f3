"""gauntlet contracts: exit codes, formats, and refusals before anything is started. The contract here is one of words."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from harness.cli import contracts
from harness.contracts.documents import as_json
from harness.contracts.planted import PlantedChange
from harness.contracts.system import SystemContracts
from tests.unit.harness.contracts.contracts import WordsChecker

LOST = PlantedChange(
    name="a word lost",
    contract="words",
    rule="word-removed",
    about="…",
    edit=lambda docs: docs.with_json("words.json", ["pear"]),
)


@dataclass(frozen=True)
class WordsFile:
    """A document from a file."""

    path: Path
    document: str = "words.json"

    def read(self) -> bytes:
        """See SavedSource."""
        return as_json(self.path.read_text().split())


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SystemContracts:
    (tmp_path / "words.txt").write_text("apple pear")
    made = SystemContracts(
        name="words",
        folder=tmp_path / "contracts",
        topology=tmp_path / "services.toml",
        saved=(WordsFile(tmp_path / "words.txt"),),
        live=(),
        checkers=(WordsChecker(),),
        released=("words.json",),
        planted=(LOST,),
    )
    monkeypatch.setattr(contracts, "installed", lambda: made)
    return made


def run(*arguments: str) -> Result:
    return CliRunner().invoke(contracts.contracts, arguments)


def test_a_release_is_what_is_compared_with(system: SystemContracts, tmp_path: Path) -> None:
    assert run("check").exit_code == 2, "nothing is released yet"
    assert run("release", "0.1.0").exit_code == 0
    assert run("check").exit_code == 0
    (tmp_path / "words.txt").write_text("pear")
    assert run("check").exit_code == 1
    accepted = (
        '[[accepted]]\nagainst = "0.1.0"\ncontract = "words"\nrule = "word-removed"\nwhere = "app*"\nreason = "it was sour"\n'
    )
    (system.folder / "accepted.toml").write_text(accepted)
    assert run("check").exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "--only", "wrods"),
        ("check", "--format", "yaml"),
        ("check", "--against", "9.9.9"),
        ("release", "next"),
        ("release", "0.1.0"),
        ("prove", "--only", "wrods"),
    ],
)
def test_wrong_use_is_refused(system: SystemContracts, arguments: tuple[str, ...]) -> None:
    run("release", "0.1.0")
    assert run(*arguments).exit_code == 2


def test_an_acceptance_without_reason_is_refused(system: SystemContracts) -> None:
    run("release", "0.1.0")
    (system.folder / "accepted.toml").write_text('[[accepted]]\nagainst = "0.1.0"\n')
    assert run("check").exit_code == 2


def test_formats_are_printed_and_written(system: SystemContracts, tmp_path: Path) -> None:
    run("release", "0.1.0")
    result = run("check", "--format", "json", "--out", str(tmp_path / "out"))
    assert json.loads(result.stdout)["outcome"] == "PASS"
    assert {"junit.xml", "contracts.sarif"} <= {file.name for file in (tmp_path / "out").iterdir()}


def test_a_document_that_cannot_be_had_is_trouble(
    system: SystemContracts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("release", "0.1.0")
    monkeypatch.setattr(contracts, "installed", lambda: replace(system, saved=()))
    assert run("check").exit_code == 4


def test_the_proof_is_green_red_or_proves_nothing(system: SystemContracts, monkeypatch: pytest.MonkeyPatch) -> None:
    run("release", "0.1.0")
    assert run("prove").exit_code == 0
    monkeypatch.setattr(contracts, "installed", lambda: replace(system, planted=(replace(LOST, rule="word-renamed"),)))
    assert run("prove").exit_code == 1
    monkeypatch.setattr(contracts, "installed", lambda: replace(system, planted=()))
    assert run("prove").exit_code == 3


def test_the_list_names_checkers_and_releases(system: SystemContracts) -> None:
    run("release", "0.1.0")
    told = run("list").stdout
    assert "words" in told
    assert "released: 0.1.0" in told
