"""Every format says what broke, for whom, how to see it again; what is accepted is shown as such."""

import json
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from harness.contracts.accepted import Acceptance
from harness.contracts.judging import Judgement, judge
from harness.contracts.reports import FORMATS, write_all
from harness.contracts.reports.advice import acceptance
from tests.unit.harness.contracts.contracts import WordsChecker, documents

RED = "apple [red], 5 %\x07"


@pytest.fixture
def judgement() -> Judgement:
    pear = Acceptance(against="1.0.0", contract="words", rule="word-removed", where="pear", reason="it was rotten")
    before, now = documents("1.0.0", RED, "pear"), documents("current", "plum")
    return judge([WordsChecker()], before, now, [pear])


@pytest.mark.parametrize("name", FORMATS)
def test_it_says_what_for_whom_and_how_to_see_it_again(judgement: Judgement, name: str) -> None:
    said = FORMATS[name].write(judgement)
    for part in ("word-removed", "apple", "reader at page 3", "gauntlet contracts check --only words --against 1.0.0"):
        assert part in said
    assert "it was rotten" in said or name == "github"


def test_the_acceptance_it_proposes_accepts_it(judgement: Judgement) -> None:
    finding = judgement.judged[0].finding
    entry = tomllib.loads(acceptance(finding, "1.0.0"))["accepted"][0] | {"reason": "as it should be"}
    assert Acceptance(**entry).covers(finding)


def test_junit_fails_for_what_breaks_alone(judgement: Judgement) -> None:
    root = ET.fromstring(FORMATS["junit"].write(judgement))  # noqa: S314 - written here
    failed = [case.get("name") for case in root.iter("testcase") if case.find("failure") is not None]
    assert failed == ["word-removed apple [red], 5 %\N{REPLACEMENT CHARACTER}"]
    assert len(list(root.iter("testcase"))) == 4


def test_sarif_suppresses_what_is_accepted(judgement: Judgement) -> None:
    (run,) = json.loads(FORMATS["sarif"].write(judgement))["runs"]
    assert [(each["level"], "suppressions" in each) for each in run["results"]] == [
        ("error", False),
        ("error", True),
        ("note", False),
    ]


def test_annotations_are_one_line_each(judgement: Judgement) -> None:
    lines = FORMATS["github"].write(judgement).splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["::error", "::notice"]
    assert "5 %25" in lines[0]


def test_every_format_is_written(judgement: Judgement, tmp_path: Path) -> None:
    write_all(judgement, tmp_path / "out")
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == sorted(each.file for each in FORMATS.values())
