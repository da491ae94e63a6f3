"""Nothing leaks when the owner of a stack is killed with -9, at any moment."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from harness.stack.guard import GUARD
from harness.stack.marker import Mark, marked, signal_marked
from harness.stack.runfolder import in_use
from harness.waiting import wait_until
from tests.conformance.toys import SMALL, WHOLE

OWNER = Path(__file__).with_name("owner.py")


@contextmanager
def _owner(topology: Path, folder: Path, until: str) -> Iterator[tuple["subprocess.Popen[str]", Mark]]:
    """An owner that has said a line starting with `until`, and the mark of its stack."""
    owner = subprocess.Popen(  # noqa: S603 - our own interpreter and program
        [sys.executable, str(OWNER), str(topology), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert owner.stdout is not None
    mark = Mark(owner.stdout.readline().split()[1], folder / "logs")
    try:
        assert any(line.startswith(until) for line in owner.stdout)
        yield owner, mark
    finally:
        owner.kill()
        owner.communicate()
        signal_marked(mark, signal.SIGKILL)


def _assert_all_gone(mark: Mark, folder: Path) -> None:
    wait_until(lambda: not marked(mark), what="no process left", timeout_s=10)
    wait_until(lambda: not in_use(folder), what="guard gone", timeout_s=10)
    assert not (folder / "data").exists()
    assert not (folder / "stack.json").exists()
    assert "killed" in (folder / "guard.log").read_text()


def test_kill_of_the_owner_takes_every_kind_of_server_along(tmp_path: Path) -> None:
    with _owner(WHOLE, tmp_path, until="up") as (owner, mark):
        names = {Path(f"/proc/{pid}/comm").read_text().strip() for pid in marked(mark)}
        assert {"beam.smp", "epmd", "redis-server"} <= names
        owner.kill()
        owner.wait()
        _assert_all_gone(mark, tmp_path)
        assert (tmp_path / "logs" / "rabbitmq.log").read_text()


def test_kill_of_the_owner_in_the_middle_of_a_start(tmp_path: Path) -> None:
    with _owner(WHOLE, tmp_path, until="ready cache") as (owner, mark):
        owner.kill()
        owner.wait()
        _assert_all_gone(mark, tmp_path)


def test_a_stopped_owner_is_not_a_dead_one(tmp_path: Path) -> None:
    with _owner(SMALL, tmp_path, until="up") as (owner, mark):
        before = marked(mark)
        owner.send_signal(signal.SIGSTOP)
        assert marked(mark) == before
        owner.send_signal(signal.SIGCONT)
        owner.communicate("")
        assert owner.returncode == 0
        assert marked(mark) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_guard_does_not_listen_to_polite_signals(tmp_path: Path, number: signal.Signals) -> None:
    with _owner(SMALL, tmp_path, until="up") as (owner, mark):
        (guard,) = _guards(mark)
        os.kill(guard, number)
        owner.kill()
        owner.wait()
        _assert_all_gone(mark, tmp_path)


def test_what_is_left_when_the_guard_is_killed_too_goes_before_the_next_start(tmp_path: Path) -> None:
    with _owner(SMALL, tmp_path, until="up") as (owner, mark):
        (guard,) = _guards(mark)
        os.kill(guard, signal.SIGKILL)
        owner.kill()
        owner.wait()
        wait_until(lambda: not _guards(mark), what="guard dead", timeout_s=5)
        assert marked(mark), "nobody was there to clean up"
        assert not in_use(tmp_path)
        assert not marked(mark)
        assert not (tmp_path / "data").exists()


def _guards(mark: Mark) -> list[int]:
    entry = f"{GUARD}={mark.stack}".encode()
    found = []
    for process in psutil.process_iter():
        with suppress(OSError):
            if entry in Path(f"/proc/{process.pid}/environ").read_bytes().split(b"\0"):
                found.append(process.pid)
    return found
