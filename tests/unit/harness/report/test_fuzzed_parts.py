"""What was fuzzed is on the page with its commands, in junit.xml, and on the terminal; nothing in it becomes markup."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from harness.experiment import JudgedRun
from harness.fuzz.finding import Finding
from harness.fuzz.judging import fuzzed
from harness.history import History
from harness.report.console import print_verdict
from harness.report.junit import junit
from harness.report.page import page
from harness.verdict import RunVerdict
from tests.unit.harness.fuzz.kept import Kept, part
from tests.unit.harness.report.saved_run import FACTS, save

COMMAND = """curl -s "$GATEWAY"/door -d '{"name": "<b>x</b>"}'"""
OPEN = Finding("doors", "open", "GET /door/<id>", "it was <i>open</i>", (COMMAND,))
ONCE = Finding("doors", "ajar", "GET /door/<id>", "it was ajar")


@pytest.fixture
def fuzzed_run(tmp_path: Path) -> tuple[History, RunVerdict]:
    sink = Kept()
    fuzzing = part(sink, tmp_path / "fuzz")
    fuzzing.tried("GET /door/<id>", "200", 3)
    fuzzing.tried("GET /door/<id>", "404", 5)
    fuzzing.gap("GET /window", "no window was made")
    fuzzing.found(OPEN, repeated=True)
    fuzzing.found(ONCE, repeated=False)
    fuzzing.end()
    history = sink.history
    return history, RunVerdict(experiment="fuzz", seed=7, verdicts=(fuzzed("doors", "All shut.").verdict(history),))


def test_the_page_has_findings_with_commands_gaps_and_what_was_tried(fuzzed_run: tuple[History, RunVerdict]) -> None:
    drawn = page(FACTS, *fuzzed_run, {})
    assert "<h2>Fuzzed: doors</h2>" in drawn
    assert "curl -s &#34;$GATEWAY&#34;/door -d &#39;{&#34;name&#34;: &#34;&lt;b&gt;x&lt;/b&gt;&#34;}&#39;" in drawn
    assert "it was &lt;i&gt;open&lt;/i&gt;" in drawn
    assert "GET /window: no window was made" in drawn
    assert '404 <b>5</b></span> <span class="came">200 <b>3</b>' in drawn
    assert "Showed once, and not again" in drawn
    assert "fuzz/doors/finding-1.sh" in drawn


def test_the_page_of_another_run_has_nothing_of_it(fuzzed_run: tuple[History, RunVerdict]) -> None:
    assert "Fuzzed:" not in page(FACTS, History([]), replace(fuzzed_run[1], verdicts=()), {})


def test_junit_has_the_commands(fuzzed_run: tuple[History, RunVerdict]) -> None:
    history, verdict = fuzzed_run
    assert b"curl -s" in junit(FACTS, history, verdict)


def test_the_terminal_names_the_script(fuzzed_run: tuple[History, RunVerdict], tmp_path: Path) -> None:
    history, verdict = fuzzed_run
    console = Console(file=io.StringIO(), width=200)
    print_verdict(console, JudgedRun(save(tmp_path), FACTS, history, verdict))
    assert isinstance(console.file, io.StringIO)
    assert "fuzz/doors/finding-1.sh" in console.file.getvalue()


def test_the_script_is_one_and_says_what_it_shows(fuzzed_run: tuple[History, RunVerdict], tmp_path: Path) -> None:
    written = (tmp_path / "fuzz" / "finding-1.sh").read_text()
    assert written.startswith("#!/bin/bash\n# open at GET /door/<id>: it was <i>open</i>\n")
    assert written.endswith(f"{COMMAND}\n")
