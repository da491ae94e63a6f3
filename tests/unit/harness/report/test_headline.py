"""The top of the page says what went wrong, in which stage, while what was in force, and what to do next."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.experiment import RunFolder, RunRecord
from harness.experiment.judging import STAGES as EVERY_STAGE
from harness.history import History
from harness.report.failure_window import failure_window, faults_around, locate_first_violation
from harness.report.headline import STAGES, Headline, headline
from harness.report.timeline import Band, bands
from harness.verdict import Outcome, RunVerdict, Violation
from tests.unit.harness.report.pictured_run import FACTS, concluded, save_pictured

REPLAY = "make chaos EXPERIMENT=redlock_majority_cut SEED=7"


def said(folder: RunFolder, verdict: RunVerdict) -> Headline:
    history = folder.read_history()
    return headline(FACTS, history, verdict, locate_first_violation(history, verdict))


def words(told: Headline) -> str:
    return " ".join((told.title, *told.sentences, *told.next_steps))


def test_a_good_run_says_what_was_kept_in_spite_of_what(tmp_path: Path) -> None:
    told = said(save_pictured(tmp_path), concluded(Outcome.PASS))
    assert (told.title, told.next_steps) == ("5 promises kept, while 2 faults struck", ())


def test_a_broken_promise_is_named_first(tmp_path: Path) -> None:
    told = said(save_pictured(tmp_path), concluded(Outcome.FAIL))
    assert told.title == "1 promise broken: lock_exclusive_and_fenced"
    assert REPLAY in words(told)
    assert "broke as well" not in words(told)


def test_a_broken_promise_in_a_broken_run_says_both(tmp_path: Path) -> None:
    folder = save_pictured(tmp_path, upto="settle", failure="WaitTimeout: 3 orders PENDING")
    told = said(folder, concluded(Outcome.FAIL, errors=("settle: WaitTimeout: 3 orders PENDING",)))
    assert told.title.startswith("1 promise broken")
    assert "broke as well, in the stage settle: WaitTimeout: 3 orders PENDING." in words(told)


def test_an_interrupted_run_says_who_ended_it_and_where(tmp_path: Path) -> None:
    folder = save_pictured(tmp_path, upto="workload", failure="interrupted")
    told = said(folder, concluded(Outcome.UNKNOWN, errors=("workload: interrupted",)))
    assert told.title == "Stopped by hand in the stage workload"
    assert "Ctrl-C or SIGTERM" in words(told)
    assert "stopped in order" in words(told)
    assert REPLAY in words(told)


@pytest.mark.parametrize("stage", [stage for stage in EVERY_STAGE if stage != "stop"])
def test_a_broken_stage_is_named_with_its_reason_and_what_to_look_at(tmp_path: Path, stage: str) -> None:
    folder = save_pictured(tmp_path, upto=stage, failure="StackError: redis-lock-1 did not become ready")
    told = said(folder, concluded(Outcome.UNKNOWN, errors=(f"{stage}: StackError",)))
    assert told.title == f"The run broke in the stage {stage}"
    assert f"while {STAGES[stage].during}: StackError: redis-lock-1 did not become ready." in words(told)
    assert told.next_steps == (STAGES[stage].look_at, f"Do it again: `{REPLAY}`.")


def test_every_stage_has_its_words() -> None:
    assert set(STAGES) == {*EVERY_STAGE, "recovery"}


@pytest.mark.parametrize("stage", [stage for stage in EVERY_STAGE if stage != "stop"])
def test_a_run_that_died_says_where(tmp_path: Path, stage: str) -> None:
    folder = save_pictured(tmp_path, upto=stage)
    told = said(folder, concluded(Outcome.UNKNOWN, errors=(f"{stage}: the run died in it",)))
    assert told.title == f"The run died in the stage {stage}"
    assert "was killed or ran out of memory" in words(told)


def test_a_run_without_a_record_says_what_is_missing() -> None:
    told = headline(FACTS, History(()), concluded(Outcome.UNKNOWN, errors=("start: the run never got there",)), None)
    assert told.title == "The run is not complete"
    assert "start: the run never got there." in told.sentences


def test_a_judge_that_could_not_judge_is_named(tmp_path: Path) -> None:
    told = said(save_pictured(tmp_path), concluded(Outcome.UNKNOWN))
    assert told.title.startswith("5 promises could not be judged: lock_exclusive_and_fenced")
    assert "order.lock_grants was never observed" in words(told)


def test_what_proves_nothing_says_what_was_missing(tmp_path: Path) -> None:
    told = said(save_pictured(tmp_path), concluded(Outcome.PASS, unmet=True))
    assert told.title == "The run proves nothing"
    assert "place_order ended ok: not met, 40 seen" in words(told)


def test_reasons_of_any_length_fit_a_page(tmp_path: Path) -> None:
    folder = save_pictured(tmp_path, upto="start", failure="x" * 100_000)
    assert len(words(said(folder, concluded(Outcome.UNKNOWN, errors=("start: x",))))) < 3_000


def test_the_first_violation_is_the_one_that_was_over_first(tmp_path: Path) -> None:
    history = save_pictured(tmp_path).read_history()
    verdict = concluded(Outcome.FAIL)
    evidence = (Violation(what="none"), Violation(what="late", operations=(50,)), Violation(what="early", operations=(9, 3)))
    broken = locate_first_violation(history, replace(verdict, verdicts=(replace(verdict.verdicts[0], evidence=evidence),)))
    assert broken is not None
    assert (broken.violation.what, [operation.id for operation in broken.operations]) == ("early", [3, 9])
    looked_at = failure_window(history, broken)
    assert looked_at is not None
    assert (looked_at.what, looked_at.begin_ns) == ("the first violation", broken.operations[0].invoked_ns)


def test_without_a_violation_one_looks_at_the_end_of_the_broken_stage(tmp_path: Path) -> None:
    history = save_pictured(tmp_path, upto="workload", failure="interrupted").read_history()
    looked_at = failure_window(history, None)
    assert looked_at is not None
    assert looked_at.what == "the end of the stage workload"
    assert looked_at.begin_ns == next(record.time_ns for record in history.stages if record.state == "fail")


def test_a_good_run_has_nothing_to_look_at(tmp_path: Path) -> None:
    assert failure_window(save_pictured(tmp_path).read_history(), None) is None


@pytest.mark.parametrize(
    ("begin", "end", "told"),
    [
        (0.0, 0.5, "before any fault struck"),
        (1.5, 1.6, "while a was in force on x"),
        (2.5, 3.5, "while a was in force on x and b was in force on y"),
        (6.0, 7.0, "2.0 s after b on y was healed"),
    ],
)
def test_faults_around_a_moment(begin: float, end: float, told: str) -> None:
    found = (Band(1, "a", "x", 1.0, 3.0, healed=True), Band(2, "b", "y", 2.0, 4.0, healed=True))
    assert faults_around(found, begin, end) == told
    assert faults_around((), begin, end) == "without any fault in force"


def test_faults_keep_their_number_over_several_injections(tmp_path: Path) -> None:
    facts: RunRecord = FACTS
    history = save_pictured(tmp_path, facts=facts).read_history()
    assert [(band.number, band.fault) for band in bands(history)] == [(1, "masters_cut_off"), (2, "product_killed")]
