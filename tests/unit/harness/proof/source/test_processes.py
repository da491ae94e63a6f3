"""A process is run; one that hangs is interrupted; interrupting ends all of them, and no further one is begun."""

import sys
import threading
from pathlib import Path

import pytest

from harness.proof.source import processes
from harness.proof.source.processes import Command, Interrupted, Processes
from harness.waiting import wait_until

TIDY = """
import pathlib, signal, sys
mark = pathlib.Path(sys.argv[1])
try:
    mark.with_suffix(".begun").touch()
    signal.pause()
except KeyboardInterrupt:
    mark.with_suffix(".tidied").touch()
"""
STUBBORN = """
import pathlib, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).with_suffix(".begun").touch()
while True:
    signal.pause()
"""


def test_a_process_is_run_and_one_that_hangs_is_interrupted(tmp_path: Path) -> None:
    run = Processes().run

    def python(program: str, **environment: str) -> Command:
        return Command(arguments=[sys.executable, "-c", program], environment=environment, folder=tmp_path)

    assert run(python("import os; print(os.environ['TOLD'], os.getcwd())", TOLD="7"), 20.0).out == f"7 {tmp_path}\n"
    assert run(python("import signal; signal.pause()"), 0.3).code is None


def test_all_at_work_are_interrupted_and_clean_up(tmp_path: Path) -> None:
    names = ("one", "two")
    ended = interrupted(tmp_path, TIDY, names)
    assert ended == ["interrupted", "interrupted"]
    assert all((tmp_path / f"{name}.tidied").exists() for name in names)


def test_one_that_does_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "GRACE_S", 0.2)
    assert interrupted(tmp_path, STUBBORN, ("one",)) == ["interrupted"]


def test_none_is_begun_after_that() -> None:
    all_ = Processes()
    all_.interrupt()
    with pytest.raises(Interrupted):
        all_.run(Command(arguments=[sys.executable, "-c", ""]), 5.0)


def interrupted(folder: Path, program: str, names: tuple[str, ...]) -> list[str]:
    """What becomes of a program run once for each name, interrupted when all have begun."""
    all_ = Processes()
    ended: list[str] = []

    def run(name: str) -> None:
        try:
            all_.run(Command(arguments=[sys.executable, "-c", program, str(folder / name)]), 60.0)
            ended.append("ended")
        except Interrupted:
            ended.append("interrupted")

    threads = [threading.Thread(target=run, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    wait_until(lambda: all((folder / f"{name}.begun").exists() for name in names), what="all have begun", timeout_s=20.0)
    all_.interrupt()
    for thread in threads:
        thread.join(20.0)
    return ended
