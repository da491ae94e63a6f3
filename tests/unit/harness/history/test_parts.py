"""Several processes write one history, some of them are killed, and what is read is what they did."""

import signal
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

import pytest

from harness.experiment import RunFolder
from harness.history import BUFFERED, CorruptHistoryError, Ending, Recorder, Writer, part, parts, read, read_run
from harness.history.parts import BEGUN, IDS
from harness.waiting import wait_until

SCRIPT = Path(__file__).with_name("part_process.py")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Writer(tmp_path / "history.jsonl") as writer:
        Recorder(writer).begin("workload")
    return tmp_path


def process(folder: Path, flush: str, operations: int, then: str = "end") -> "subprocess.Popen[str]":
    command = [sys.executable, str(SCRIPT), str(folder), flush, str(operations), then]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours


def said(child: "subprocess.Popen[str]") -> list[str]:
    """What a child says until it waits or is gone."""
    assert child.stdout is not None
    lines = []
    for line in child.stdout:
        if line == "waiting\n":
            break
        lines.append(line.strip())
    return lines


def ended(child: "subprocess.Popen[str]", number: int = 0) -> int:
    """The exit code of a child, after a signal if there is one."""
    if number:
        child.send_signal(number)
    assert child.stdout is not None
    code = child.wait(30)
    child.stdout.close()
    return code


def test_parts_of_several_processes_are_one_history(folder: Path) -> None:
    before = time.monotonic_ns()
    children = [process(folder, flush, 150) for flush in ("invokes", "buffered", "invokes")]
    assert [len(said(child)) for child in children] == [150] * 3
    assert [ended(child) for child in children] == [0] * 3
    after = time.monotonic_ns()
    history = read_run(folder)
    operations = history.operations
    assert len({each.id for each in operations}) == len(operations) == 450
    assert {each.id // IDS for each in operations} == {1, 2, 3}
    assert all(each.ending is Ending.OK for each in operations)
    times = [record.time_ns for record in history.records]
    assert times == sorted(times)
    # CLOCK_MONOTONIC is that of the machine: what children did lies between what this process saw before and after.
    assert all(before < each.invoked_ns < (each.completed_ns or 0) < after for each in operations)
    assert [event.event for event in history.events] == [BEGUN] * 3
    assert (history.stages[0].stage, history.torn) == ("workload", "")
    assert RunFolder(folder).read_history() == history


def test_records_are_merged_by_time(folder: Path) -> None:
    with part(folder) as one, part(folder) as other:
        calls = [recorder.invoke("client", "work", {"n": number}) for number, recorder in enumerate((other, one, other, one))]
        for call in calls:
            call.end(Ending.OK)
    operations = read_run(folder).operations
    assert [each.input["n"] for each in operations] == [0, 1, 2, 3]
    assert [each.id // IDS for each in operations] == [2, 1, 2, 1]


def test_kill_9_loses_no_request_that_left(folder: Path) -> None:
    killed = process(folder, "invokes", 10**9)
    assert killed.stdout is not None
    requests = [killed.stdout.readline().strip() for _ in range(200)]
    other = process(folder, "invokes", 50)
    killed.kill()
    requests += [line for line in said(killed) if line]
    assert ended(killed) == -signal.SIGKILL
    assert len(said(other)) == 50
    assert ended(other) == 0
    operations = read_run(folder).operations
    recorded = {str(each.input["number"]) for each in operations if each.id < 2 * IDS}
    assert len(requests) >= 200
    assert set(requests[:-1]) <= recorded  # the last line may be torn by the kill
    assert sum(each.id > 2 * IDS and each.ok for each in operations) == 50
    assert sum(each.unknown for each in operations) <= 1  # each invoke hands over the completion before it


def test_what_is_buffered_for_long_is_what_kill_9_takes(folder: Path) -> None:
    child = process(folder, "never", 20, "wait")
    assert len(said(child)) == 20
    assert ended(child, signal.SIGKILL) == -signal.SIGKILL
    assert read_run(folder).operations == ()


def test_a_signal_flushes_and_then_does_what_it_does(folder: Path) -> None:
    child = process(folder, "never", 20, "wait")
    assert len(said(child)) == 20
    assert ended(child, signal.SIGTERM) == -signal.SIGTERM
    assert sum(each.ok for each in read_run(folder).operations) == 20


def test_buffered_records_are_handed_over_in_time(folder: Path) -> None:
    with part(folder, BUFFERED) as recorder:
        recorder.invoke("client", "work").end(Ending.OK)
        wait_until(lambda: any(each.ok for each in read_run(folder).operations), what="handed over", timeout_s=20)
        recorder.invoke("client", "work").end(Ending.OK)
    assert [each.ok for each in read_run(folder).operations] == [True, True]


def test_a_torn_last_line_of_any_part_is_left_out_and_quoted(folder: Path) -> None:
    for number in (1, 2):
        with part(folder) as recorder:
            recorder.invoke("client", "work", {"part": number}).end(Ending.OK)
        file = folder / f"history.{number}.jsonl"
        file.write_bytes(file.read_bytes()[:-9])
    history = read_run(folder)
    assert [(each.input["part"], each.unknown) for each in history.operations] == [(1, True), (2, True)]
    assert history.torn.count('"operation":"work"') == 2


def test_a_bad_line_in_the_middle_of_a_part_is_never_forgiven(folder: Path) -> None:
    with part(folder) as recorder:
        recorder.invoke("client", "work").end(Ending.OK)
    file = folder / "history.1.jsonl"
    file.write_bytes(file.read_bytes().replace(b'"invoke"', b'"nonsense"'))
    with pytest.raises(CorruptHistoryError, match=r"history\.1\.jsonl:2"):
        read_run(folder)


def test_parts_of_different_boots_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "other"):
        monkeypatch.setattr(parts, "boot", lambda name=name: name)
        with part(folder):
            pass
    with pytest.raises(CorruptHistoryError, match="different boots"):
        read_run(folder)


def test_a_part_that_was_killed_before_its_first_record_is_empty(folder: Path) -> None:
    (folder / "history.1.jsonl").touch()
    with part(folder) as recorder:
        recorder.invoke("client", "work").end(Ending.OK)
    (operation,) = read_run(folder).operations
    assert operation.id == 2 * IDS + 1


def test_records_of_one_time_stay_in_the_order_of_their_part(folder: Path) -> None:
    with part(folder, clock=lambda: 7) as recorder:
        recorder.invoke("client", "work").end(Ending.OK)
    (operation,) = read_run(folder).operations
    assert (operation.invoked_ns, operation.completed_ns) == (7, 7)


def test_other_files_are_no_parts_and_a_run_without_parts_is_its_file(folder: Path) -> None:
    (folder / "history.old.jsonl").write_text("not a history")
    assert read_run(folder) == read(folder / "history.jsonl")


def test_a_run_needs_the_engines_history(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_run(tmp_path)


def test_an_eager_writer_hands_over_each_record(tmp_path: Path) -> None:
    clock = count(1).__next__
    with Writer(tmp_path / "history.jsonl") as writer:
        recorder = Recorder(writer, clock)
        call = recorder.invoke("client", "work")
        assert len(read(writer.path).records) == 1
        call.end(Ending.OK)
        assert len(read(writer.path).records) == 2


def test_a_closed_writer_says_so(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "history.jsonl", BUFFERED)
    writer.close()
    writer.close()
    with pytest.raises(ValueError, match="closed"):
        Recorder(writer).begin("late")
