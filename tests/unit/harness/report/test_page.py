"""The page stands alone, tells the truth of every kind of run, and lets nothing that was recorded become markup."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from harness import report
from harness.experiment import Choices, JudgedRun, RunFolder
from harness.report.page import MOST_EVIDENCE, page, tail
from harness.report.tables import answer_rows, fault_rows, stage_rows
from harness.verdict import Outcome, RunVerdict
from tests.unit.harness.report.pictured_run import concluded, save_pictured
from tests.unit.harness.report.saved_run import FACTS, save, verdict

MEGABYTE = 1024 * 1024


class Seen(HTMLParser):
    """Collects text outside scripts, and every address that a browser would fetch."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.fetched: list[str] = []
        self.tags: list[str] = []
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._inside = tag
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href", "action", "data")]

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside not in ("script", "style"):
            self.text += data


def drawn(folder: RunFolder, concluded: RunVerdict) -> Seen:
    return Seen(page(folder.record(), folder.read_history(), concluded, folder.read_logs()))


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return save(tmp_path)


def test_it_asks_nobody_for_anything_and_is_small(folder: RunFolder) -> None:
    html = page(folder.record(), folder.read_history(), verdict(broken=True), folder.read_logs())
    assert Seen(html).fetched == []
    assert "@import" not in html
    assert len(html.encode()) < 5 * MEGABYTE


def test_it_says_what_was_proved_and_how_to_do_it_again(folder: RunFolder) -> None:
    text = " ".join(drawn(folder, verdict(broken=True)).text.split())
    for said in (
        "FAIL",
        "Units never exceed the stock.",
        "the judge was not done after 60 s",
        "make chaos EXPERIMENT=flash_sale SEED=42",
        "fault never_came took effect",
        "process 7 is gone",
        "process 8 is ready",
        "10 more violations in verdict.json",
        "ReadTimeout",
        "10.11",
    ):
        assert said in text


def test_a_planted_bug_is_named(folder: RunFolder) -> None:
    assert "A known bug was planted" not in drawn(folder, verdict(broken=True)).text
    folder.save_record(replace(folder.record(), choices=Choices(mutant="inbox_forgets")))
    assert "A known bug was planted for this run: inbox_forgets. It has to fail." in drawn(folder, verdict(broken=True)).text


def test_what_the_experiment_is_known_to_catch_is_told(folder: RunFolder) -> None:
    assert "known to catch" not in drawn(folder, verdict(broken=True)).text
    folder.save_record(replace(folder.record(), catches=("inbox_forgets", "refund_skipped")))
    text = " ".join(drawn(folder, verdict(broken=True)).text.split())
    assert "This experiment is known to catch 2 planted bugs" in text
    assert "inbox_forgets, refund_skipped: make mutants MUTANT=name plants one." in text


def test_nothing_recorded_becomes_markup(folder: RunFolder) -> None:
    seen = drawn(folder, verdict(broken=True, errors=("<script>alert(1)</script>",)))
    assert "few" not in seen.tags
    assert "again" not in seen.tags
    assert "p: 101 <b>sold</b>" in seen.text
    assert "many want <few>" in seen.text
    assert "two </script>" in seen.text
    assert seen.tags.count("script") == 2


def test_the_first_violation_is_told_with_the_faults_around_it(folder: RunFolder) -> None:
    text = drawn(folder, verdict(broken=True)).text
    told = text[text.index("First violation:") : text.index("Guarantees")]
    assert "Units never exceed the stock." in told
    assert "It broke between 0.200 s and 0.350 s, while kill_order was in force on order-1." in told
    assert '{"key": "k2"}' in told
    assert told.index("kill_order strikes order-1") < told.index("buyer-2 begins place_order (operation 3)")
    assert told.index("buyer-3 is answered ReadTimeout: no answer: info") < told.index("order-1 is well again")
    assert '"left": -1' in told


def test_a_good_run_has_no_first_violation(folder: RunFolder) -> None:
    assert "First violation" not in drawn(folder, verdict()).text


def test_the_charts_are_in_the_page_as_data(folder: RunFolder) -> None:
    html = page(folder.record(), folder.read_history(), verdict(), {})
    found = re.search(r"const charts = (\{.*\});", html)
    assert found
    specs = json.loads(found[1])
    assert set(specs) == {"throughput", "latency"}
    assert all(f'id="{name}"' in html for name in specs)
    assert "kill_order: order-1" in json.dumps(specs["latency"])


def test_everything_that_can_be_drawn_is_drawn(tmp_path: Path) -> None:
    folder = save_pictured(tmp_path)
    html = page(folder.record(), folder.read_history(), concluded(Outcome.FAIL), folder.read_logs())
    seen = Seen(html)
    text = " ".join(seen.text.split())
    for said in (
        "1 promise broken: lock_exclusive_and_fenced",
        "Two at once, 2 times; framed in red",
        "from 1.820 to 1.920 s both order-1 (token 12) and order-2 (token 13)",
        "First, those that a violation names. ◆ Somebody else went on. 5 more lanes are left out.",
        "Logged around the first violation",
        "2.300 order-1 error: batch failed <again> count=12",
        "Kept only from a later time on: product-2.",
        "capture 3 1.00 s 5.00 s",
        "masters_cut_off on order-1->redis-lock-1, order-1->redis-lock-2 from 2.00 s to 4.00 s, for 2.00 s",
    ):
        assert said in text
    assert seen.tags.count("svg") == 2
    assert seen.fetched == []


def test_a_run_kept_before_there_were_pictures_has_a_page_too(tmp_path: Path) -> None:
    folder = save_pictured(tmp_path)
    old = json.loads((folder.path / "run.json").read_bytes())
    for younger in ("presentation", "clock_ns", "plan", "sightings", "choices"):
        old.pop(younger, None)
    (folder.path / "run.json").write_text(json.dumps(old))
    seen = drawn(folder, concluded(Outcome.FAIL))
    assert "svg" not in seen.tags
    assert "1 promise broken" in seen.text


@pytest.mark.parametrize("upto", ["start", "steady state", "workload", "settle"])
def test_a_run_that_died_has_a_page_too(tmp_path: Path, upto: str) -> None:
    folder = save(tmp_path, upto=upto)
    text = drawn(folder, verdict(errors=(f"{upto}: the run died in it",))).text
    assert f"The run died in the stage {upto}" in text
    assert ("No operation ended in the workload." in text) == (upto in ("start", "steady state"))


def test_an_empty_history_has_a_page_too(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path, "flash_sale", 42)
    folder.save_record(FACTS)
    folder.history.touch()
    report.write(JudgedRun.of(folder, verdict(errors=("start: the run never got there",))))
    assert "No logs were kept." in Seen(folder.report.read_text()).text
    assert folder.verdict.exists()
    assert folder.junit.exists()


def test_faults_that_never_came_are_told_too(folder: RunFolder) -> None:
    came, never = fault_rows(FACTS, folder.read_history())
    assert (came.proven, came.target, round(came.injected_s or 0, 2), round(came.healed_s or 0, 2)) == (
        True,
        "order-1",
        0.2,
        0.6,
    )
    assert (never.proven, never.injected_s, never.notes) == (False, None, ("error: never injected",))


def test_answers_are_counted_by_what_was_said(folder: RunFolder) -> None:
    rows = [(row.operation, row.answer, row.ending, row.count) for row in answer_rows(folder.read_history())]
    assert rows == [
        ("place_order", "409", "fail", 5),
        ("place_order", "201", "ok", 4),
        ("place_order", "ReadTimeout", "info", 1),
    ]


def test_a_stage_that_never_ended_says_so(tmp_path: Path) -> None:
    *_, last = stage_rows(save(tmp_path, upto="heal").read_history())
    assert (last.name, last.seconds, last.failure) == ("heal", None, "the run died in it")


def test_evidence_and_logs_are_cut(folder: RunFolder) -> None:
    assert drawn(folder, verdict(broken=True)).text.count("p: 101 <b>sold</b>") == MOST_EVIDENCE + 1
    assert len(tail("x" * 10**6)) == 20_000
    assert tail("\n".join(map(str, range(1000)))).splitlines()[0] == "880"
