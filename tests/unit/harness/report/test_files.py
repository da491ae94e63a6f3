"""verdict.json and junit.xml: programs read them, and nothing but PASS is green in either."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from harness.report import junit, verdict_json
from harness.report.verdict_file import read_verdict
from harness.verdict import Outcome, RunVerdict, Verdict, Violation
from tests.unit.harness.report.saved_run import FACTS, save, verdict


def parsed(document: bytes) -> ET.Element:
    return ET.fromstring(document)  # noqa: S314 - our own document


def test_verdict_json_says_everything_and_is_read_back() -> None:
    concluded = verdict(broken=True)
    content = verdict_json(FACTS, concluded)
    plain = json.loads(content)
    assert (plain["outcome"], plain["exit_code"], plain["seed"]) == ("FAIL", 1, 42)
    assert plain["replay"] == "make chaos EXPERIMENT=flash_sale SEED=42"
    assert len(plain["verdicts"][0]["evidence"]) == 30
    assert read_verdict(content).verdicts == concluded.verdicts


def test_junit_has_a_case_for_each_thing_that_could_fail(tmp_path: Path) -> None:
    history = save(tmp_path).read_history()
    suite = parsed(junit(FACTS, history, verdict(broken=True, errors=("settle: late",))))[0]
    cases = {case.get("name"): [child.tag for child in case] for case in suite.iter("testcase")}
    assert cases == {
        "no_oversell": ["failure"],
        "late": ["error"],
        "fault never_came took effect": ["error"],
        "the run itself": ["error"],
    }
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors"), suite.get("skipped")) == ("4", "1", "3", "0")


def test_junit_of_a_good_run_has_no_failure(tmp_path: Path) -> None:
    good = RunVerdict(experiment="flash_sale", seed=42, verdicts=(Verdict(guarantee="g", outcome=Outcome.PASS, promise="p"),))
    suite = parsed(junit(FACTS, save(tmp_path).read_history(), good))[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "0", "0")


@pytest.mark.parametrize("text", ["\x00 \x1b[31m", "\ud800 alone", '<&">'])
def test_junit_is_xml_whatever_was_said(tmp_path: Path, text: str) -> None:
    broken = Verdict(guarantee="g", outcome=Outcome.FAIL, promise="p", evidence=(Violation(what=text),))
    concluded = RunVerdict(experiment="flash_sale", seed=42, verdicts=(broken,))
    assert parsed(junit(FACTS, save(tmp_path).read_history(), concluded)) is not None
