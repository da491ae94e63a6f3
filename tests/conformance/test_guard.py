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

from harness.stack.docker.engine import Engine
from harness.stack.guard import GUARD, Guard, sweep, sweep_containers
from harness.stack.marker import Mark, marked
from harness.stack.provider import Provider
from harness.stack.stack_folder import in_use
from harness.waiting import wait_until
from tests.conformance.toys import SMALL, WHOLE, left_behind

OWNER = Path(__file__).with_name("owner.py")


@contextmanager
def _owner(provider: Provider, topology: Path, folder: Path, until: str) -> Iterator[tuple["subprocess.Popen[str]", Mark]]:
    """An owner that has said a line starting with `until`, and the mark of its stack."""
    owner = subprocess.Popen(  # noqa: S603 - our own interpreter and program
        [sys.executable, str(OWNER), provider.name, str(topology), str(folder)],
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
        sweep(mark)
        if provider.engine is not None:
            sweep_containers(mark, provider.engine, orderly=True)


def _assert_all_gone(provider: Provider, mark: Mark, folder: Path) -> None:
    wait_until(lambda: not left_behind(mark, provider.engine), what="nothing left", timeout_s=20)
    wait_until(lambda: not in_use(folder), what="guard gone", timeout_s=20)
    assert not left_behind(mark, provider.engine)
    assert not (folder / "data").exists()
    assert not (folder / "stack.json").exists()
    assert "killed" in (folder / "guard.log").read_text()


def test_kill_of_the_owner_takes_every_kind_of_server_along(provider: Provider, tmp_path: Path) -> None:
    with _owner(provider, WHOLE, tmp_path, until="up") as (owner, mark):
        if provider.engine is None:
            names = {Path(f"/proc/{pid}/comm").read_text().strip() for pid in marked(mark)}
            assert {"beam.smp", "epmd", "redis-server"} <= names
        else:
            assert len(Engine(provider.engine).containers(mark.labels(), running=True)) == 4
        owner.kill()
        owner.wait()
        _assert_all_gone(provider, mark, tmp_path)
        assert (tmp_path / "logs" / "rabbitmq.log").read_text()


def test_kill_of_the_owner_in_the_middle_of_a_start(provider: Provider, tmp_path: Path) -> None:
    with _owner(provider, WHOLE, tmp_path, until="ready cache") as (owner, mark):
        owner.kill()
        owner.wait()
        _assert_all_gone(provider, mark, tmp_path)


def test_a_stopped_owner_is_not_a_dead_one(provider: Provider, tmp_path: Path) -> None:
    with _owner(provider, SMALL, tmp_path, until="up") as (owner, mark):
        before = left_behind(mark, provider.engine)
        owner.send_signal(signal.SIGSTOP)
        assert left_behind(mark, provider.engine) == before
        owner.send_signal(signal.SIGCONT)
        owner.communicate("")
        assert owner.returncode == 0
        assert left_behind(mark, provider.engine) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_guard_does_not_listen_to_polite_signals(provider: Provider, tmp_path: Path, number: signal.Signals) -> None:
    with _owner(provider, SMALL, tmp_path, until="up") as (owner, mark):
        (guard,) = _guards(mark)
        os.kill(guard, number)
        owner.kill()
        owner.wait()
        _assert_all_gone(provider, mark, tmp_path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_nor_before_it_could_say_so(tmp_path: Path, number: signal.Signals) -> None:
    remains = tmp_path / "data"
    remains.mkdir()
    with (tmp_path / "lock").open("w") as lock:
        guard = Guard(Mark("test-guard", tmp_path / "logs"), (remains,), lock.fileno(), tmp_path / "guard.log")
        os.kill(guard.pid, number)
        guard.release()
    assert not remains.exists()
    assert (tmp_path / "guard.log").read_text() == ""


def test_what_is_left_when_the_guard_is_killed_too_goes_before_the_next_start(provider: Provider, tmp_path: Path) -> None:
    with _owner(provider, SMALL, tmp_path, until="up") as (owner, mark):
        (guard,) = _guards(mark)
        os.kill(guard, signal.SIGKILL)
        owner.kill()
        owner.wait()
        wait_until(lambda: not _guards(mark), what="guard dead", timeout_s=5)
        assert left_behind(mark, provider.engine), "nobody was there to clean up"
        assert not in_use(tmp_path)
        assert not left_behind(mark, provider.engine)
        assert not (tmp_path / "data").exists()


def test_an_owner_whose_guard_was_killed_cleans_up_by_itself(provider: Provider, tmp_path: Path) -> None:
    with _owner(provider, SMALL, tmp_path, until="up") as (owner, mark):
        (guard,) = _guards(mark)
        os.kill(guard, signal.SIGKILL)
        owner.communicate("")
        assert owner.returncode == 0
        assert left_behind(mark, provider.engine) == []


def _guards(mark: Mark) -> list[int]:
    entry = f"{GUARD}={mark.stack}".encode()
    found = []
    for process in psutil.process_iter():
        with suppress(OSError):
            if entry in Path(f"/proc/{process.pid}/environ").read_bytes().split(b"\0"):
                found.append(process.pid)
    return found
