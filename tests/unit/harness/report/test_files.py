"""verdict.json and junit.xml: programs read them, and nothing but PASS is green in either."""

import json
import xml.etree.ElementTree as ET
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from harness import report
from harness.experiment import JudgedRun, RunFolder, RunRecord
from harness.experiment.presentation import LaneSpec, Presentation
from harness.history import Record, Recorder
from harness.history.records import RECORD
from harness.report import junit, junit_of_all, verdict_json
from harness.report.verdict_file import read_verdict
from harness.verdict import Outcome, RunVerdict, Verdict, Violation
from tests.unit.harness.report.saved_run import FACTS, save, verdict

GOOD = RunVerdict(experiment="flash_sale", seed=42, verdicts=(Verdict(guarantee="g", outcome=Outcome.PASS, promise="p"),))


class Appended:
    """A sink that adds to the history of a saved run."""

    def __init__(self, folder: RunFolder) -> None:
        self._path = folder.history

    def write(self, record: Record) -> None:
        with self._path.open("ab") as file:
            file.write(RECORD.dump_json(record) + b"\n")


@dataclass(frozen=True)
class Undrawable(RunFolder):
    """A folder with facts that no page can be made of."""

    told: RunRecord

    def record(self) -> RunRecord:
        return self.told


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
    assert float(suite.get("time", "0")) > 0
    assert {each.get("name"): each.get("value") for each in suite.iter("property")}["outcome"] == "FAIL"


def test_junit_of_a_good_run_has_no_failure(tmp_path: Path) -> None:
    suite = parsed(junit(FACTS, save(tmp_path).read_history(), GOOD))[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "0", "0")


def test_a_page_that_cannot_be_drawn_says_so_and_the_verdict_stands(tmp_path: Path) -> None:
    folder = save(tmp_path)
    impossible = LaneSpec(name="l", title="t", about="a", subject="s", lane="l", by="b", label=(["no column"],))  # type: ignore[arg-type]  # a defect
    recorder = Recorder(Appended(folder))
    recorder.observe("s", [{"l": "x", "b": "y", "begin_ns": 1, "end_ns": 2}])
    real = folder.record()
    report.write(
        JudgedRun.of(
            Undrawable(folder.path, replace(real, presentation=Presentation(lanes=(impossible,)))), verdict(errors=("<b>late",))
        )
    )
    html = folder.report.read_text()
    assert "This page could not be drawn" in html
    assert "TypeError" in html
    assert "&lt;b&gt;late" in html
    assert read_verdict(folder.verdict.read_bytes()).errors == ("<b>late",)


def test_several_runs_are_one_document_with_sums(tmp_path: Path) -> None:
    folders = [save(tmp_path), save(tmp_path), save(tmp_path)]
    report.write(JudgedRun.of(folders[0], verdict(broken=True, errors=("settle: late",))))
    report.write(JudgedRun.of(folders[1], GOOD))
    suites = parsed(junit_of_all(folders))
    assert [(suite.get("name"), suite.get("tests"), suite.get("failures"), suite.get("errors")) for suite in suites] == [
        ("flash_sale", "4", "1", "3"),
        ("flash_sale", "2", "0", "0"),
        (folders[2].path.name, "1", "0", "1"),
    ]
    assert (suites.get("tests"), suites.get("failures"), suites.get("errors"), suites.get("skipped")) == ("7", "1", "4", "0")
    assert parsed(junit_of_all([])).get("tests") == "0"


def test_runs_that_look_alike_stay_apart_and_readable(tmp_path: Path) -> None:
    folder = save(tmp_path)
    report.write(JudgedRun.of(folder, GOOD))
    document = junit_of_all([folder, folder])
    assert len(parsed(document)) == 2
    assert all(line.strip() for line in document.decode().splitlines()), "no blank lines"


@pytest.mark.parametrize("text", ["\x00 \x1b[31m", "\ud800 alone", '<&">'])
def test_junit_is_xml_whatever_was_said(tmp_path: Path, text: str) -> None:
    broken = Verdict(guarantee="g", outcome=Outcome.FAIL, promise="p", evidence=(Violation(what=text),))
    concluded = RunVerdict(experiment="flash_sale", seed=42, verdicts=(broken,))
    assert parsed(junit(FACTS, save(tmp_path).read_history(), concluded)) is not None
