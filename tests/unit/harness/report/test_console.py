"""What a person at a terminal is told."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from harness.experiment import JudgedRun
from harness.report.console import Narrator, print_summary, print_verdict
from harness.verdict import Outcome, RunVerdict, Verdict
from tests.unit.harness.report.saved_run import save, verdict


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=200, highlight=False)


def said(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_stages_and_faults_are_told_as_they_come(console: Console, tmp_path: Path) -> None:
    narrator = Narrator(console)
    for record in save(tmp_path).read_history().records:
        narrator.hear(record)
    text = said(console)
    assert "✓ workload 0.9 s, 10 operations" in text or "✓ workload 1.0 s, 10 operations" in text
    assert "⚡ kill_order on order-1: inject when 2 place_order ended" in text
    assert "+ kill_order on order-1: heal process 8 is ready" in text
    assert "! never_came on order-2: error never injected" in text


def test_a_broken_promise_comes_with_evidence_and_the_replay_command(console: Console, tmp_path: Path) -> None:
    print_verdict(console, JudgedRun.of(save(tmp_path), verdict(broken=True, errors=("settle: late",))))
    text = said(console)
    for line in (
        "no_oversell: p: 101 <b>sold</b>",
        "no_oversell: 25 more violations",
        "not met: fault never_came took effect: never injected",
        "the run broke: settle: late",
        "verdict  FAIL  seed 42",
        "replay   make chaos EXPERIMENT=flash_sale SEED=42",
        "report.html",
    ):
        assert line in text


def test_several_runs_are_summed_up_worst_first(console: Console, tmp_path: Path) -> None:
    good = RunVerdict(experiment="good", seed=1, verdicts=(Verdict(guarantee="g", outcome=Outcome.PASS, promise="p"),))
    print_summary(console, [(save(tmp_path), good), (save(tmp_path), verdict(broken=True))], ["never_came"])
    text = said(console)
    assert text.index("flash_sale  FAIL") < text.index("good") < text.index("never_came")
    assert "no_oversell: p: 101 <b>sold</b>" in text
    assert "2 runs  1 PASS  1 FAIL  1 not run" in text


def test_a_good_run_is_told_shortly(console: Console, tmp_path: Path) -> None:
    good = RunVerdict(experiment="e", seed=42, verdicts=(Verdict(guarantee="g", outcome=Outcome.PASS, promise="It holds."),))
    print_verdict(console, JudgedRun.of(save(tmp_path), good))
    assert "verdict  PASS  seed 42" in said(console)
    assert "replay" not in said(console)
