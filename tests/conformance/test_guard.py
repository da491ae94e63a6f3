"""Nothing leaks when the owner of a stack is killed with -9, at any moment."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.stack.guard import GUARD
from harness.stack.marker import marks, signal_marked
from harness.stack.runfolder import in_use
from harness.waiting import wait_until
from tests.conformance.toys import SMALL, WHOLE, left_of

OWNER = Path(__file__).with_name("owner.py")


@contextmanager
def _owner(topology: Path, folder: Path, until: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """An owner that has said a line starting with `until`, and the id of its stack."""
    owner = subprocess.Popen(
        [sys.executable, str(OWNER), str(topology), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert owner.stdout is not None
    stack = ""
    try:
        stack = owner.stdout.readline().split()[1]
        for line in owner.stdout:
            if line.startswith(until):
                break
        yield owner, stack
    finally:
        owner.kill()
        owner.communicate()
        if stack:
            signal_marked(marks(stack), signal.SIGKILL)


def _assert_all_gone(stack: str, folder: Path) -> None:
    wait_until(lambda: not left_of(stack), what="no process left", timeout_s=10)
    wait_until(lambda: not in_use(folder), what="guard gone", timeout_s=10)
    assert not (folder / "data").exists()
    assert not (folder / "stack.json").exists()
    assert "killed" in (folder / "logs" / "guard.log").read_text()


def test_kill_of_the_owner_takes_every_kind_of_server_along(tmp_path: Path) -> None:
    with _owner(WHOLE, tmp_path, until="up") as (owner, stack):
        names = {Path(f"/proc/{pid}/comm").read_text().strip() for pid in left_of(stack)}
        assert {"beam.smp", "epmd", "redis-server"} <= names
        owner.kill()
        owner.wait()
        _assert_all_gone(stack, tmp_path)
        assert (tmp_path / "logs" / "rabbitmq.log").read_text()


def test_kill_of_the_owner_in_the_middle_of_a_start(tmp_path: Path) -> None:
    with _owner(WHOLE, tmp_path, until="ready cache") as (owner, stack):
        owner.kill()
        owner.wait()
        _assert_all_gone(stack, tmp_path)


def test_a_stopped_owner_is_not_a_dead_one(tmp_path: Path) -> None:
    with _owner(SMALL, tmp_path, until="up") as (owner, stack):
        before = left_of(stack)
        owner.send_signal(signal.SIGSTOP)
        assert left_of(stack) == before
        owner.send_signal(signal.SIGCONT)
        owner.communicate("")
        assert owner.returncode == 0
        assert left_of(stack) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_guard_does_not_listen_to_polite_signals(tmp_path: Path, number: signal.Signals) -> None:
    with _owner(SMALL, tmp_path, until="up") as (owner, stack):
        assert len(signal_marked({GUARD: stack}, number)) == 1
        owner.kill()
        owner.wait()
        _assert_all_gone(stack, tmp_path)
