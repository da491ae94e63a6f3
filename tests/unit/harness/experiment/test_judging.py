"""Judging a saved run: what cannot be told is UNKNOWN, and one judge never hides another."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.experiment import RunFolder, RunRecord, judge, judge_folder
from harness.experiment.judging import STAGES
from harness.experiment.run_folder import NotARunError
from harness.history import History, Recorder, Writer
from harness.verdict import Finding, Guarantee, Outcome, Violation

FACTS = RunRecord(
    experiment="sale",
    about="",
    seed=7,
    started_at=datetime(2026, 11, 22, tzinfo=UTC),
    replay="make chaos EXPERIMENT=sale SEED=7",
    guarantees=("first", "second"),
    minimums=(),
    faults=(),
)


def guarantees(**findings: Finding | Exception) -> dict[str, Guarantee]:
    def made(name: str, finding: Finding | Exception) -> Guarantee:
        def look(_history: History) -> Finding:
            if isinstance(finding, Exception):
                raise finding
            return finding

        return Guarantee(name, "It holds.", look)

    return {name: made(name, finding) for name, finding in findings.items()}


def whole(path: Path, stages: tuple[str, ...] = STAGES) -> RunFolder:
    """A saved run that went through some stages."""
    folder = RunFolder.create(path, "sale", 7)
    folder.save_record(FACTS)
    with Writer(folder.history) as writer:
        recorder = Recorder(writer)
        for stage in stages:
            recorder.begin(stage)
            recorder.finish(stage)
    return folder


FINE = Finding(judged=1)
BROKEN = Finding(judged=1, violations=(Violation(what="broke"),))


def test_a_judge_that_raises_is_unknown_and_hides_nobody(tmp_path: Path) -> None:
    verdict = judge_folder(whole(tmp_path), guarantees(first=ZeroDivisionError("bug"), second=BROKEN)).verdict
    assert [each.outcome for each in verdict.verdicts] == [Outcome.UNKNOWN, Outcome.FAIL]
    assert verdict.verdicts[0].why == "the judge could not judge: ZeroDivisionError: bug"
    assert verdict.outcome is Outcome.FAIL


def test_a_judge_that_does_not_end_is_unknown(tmp_path: Path) -> None:
    release = threading.Event()

    def endless(_history: History) -> Finding:
        release.wait()
        return FINE

    known = guarantees(second=FINE) | {"first": Guarantee("first", "It ends.", endless)}
    verdict = judge_folder(whole(tmp_path), known, bound_s=0.05).verdict
    release.set()
    assert [each.outcome for each in verdict.verdicts] == [Outcome.UNKNOWN, Outcome.PASS]
    assert "not done after" in verdict.verdicts[0].why


def test_a_guarantee_that_nobody_knows_is_unknown(tmp_path: Path) -> None:
    verdict = judge_folder(whole(tmp_path), guarantees(first=FINE)).verdict
    assert verdict.verdicts[1].outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("length", range(len(STAGES)))
def test_a_run_that_died_on_the_way_proves_nothing(tmp_path: Path, length: int) -> None:
    folder = whole(tmp_path, STAGES[:length])
    verdict = judge_folder(folder, guarantees(first=FINE, second=FINE)).verdict
    assert verdict.outcome is Outcome.UNKNOWN
    assert verdict.errors == (f"{STAGES[length]}: the run never got there",)


def test_a_torn_history_proves_nothing(tmp_path: Path) -> None:
    folder = whole(tmp_path)
    folder.history.write_bytes(folder.history.read_bytes() + b'{"time_ns": 12')
    verdict = judge_folder(folder, guarantees(first=FINE, second=FINE)).verdict
    assert verdict.outcome is Outcome.UNKNOWN
    assert "torn" in verdict.errors[0]


def test_an_empty_history_is_unknown() -> None:
    assert judge(FACTS, History(()), guarantees(first=FINE, second=FINE)).outcome is Outcome.UNKNOWN


def test_a_folder_that_is_no_run_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(NotARunError, match=r"it has no run\.json"):
        judge_folder(RunFolder(tmp_path), {})
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(NotARunError, match=r"run\.json: Field required"):
        judge_folder(RunFolder(tmp_path), {})


def test_two_runs_in_one_second_get_a_folder_each(tmp_path: Path) -> None:
    now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    first = RunFolder.create(tmp_path / "runs", "flash sale", 7, now)
    second = RunFolder.create(tmp_path / "runs", "flash sale", 7, now)
    assert first.path.name == "20261122T120000Z-flash_sale-7"
    assert second.path.name == "20261122T120000Z-flash_sale-7-2"
