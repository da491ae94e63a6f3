import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from harness.stack.marker import Mark, marked

LOGS = Path("/run/logs")
MARK = Mark("abc", LOGS)


def process(proc: Path, pid: int, environ: Mapping[str, str] | bytes = b"", outputs: Iterable[str] = ()) -> None:
    """A process as /proc shows it; outputs are what descriptors 1, 2, ... point to."""
    folder = proc / str(pid)
    (folder / "fd").mkdir(parents=True)
    raw = environ if isinstance(environ, bytes) else b"".join(f"{k}={v}\0".encode() for k, v in environ.items())
    (folder / "environ").write_bytes(raw)
    for number, target in enumerate(outputs, start=1):
        (folder / "fd" / str(number)).symlink_to(target)


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    (tmp_path / "self").mkdir()
    (tmp_path / "meminfo").touch()
    return tmp_path


def test_a_stack_is_found_by_the_environment_of_its_processes(proc: Path) -> None:
    process(proc, 10, MARK.of("order-1").variables() | {"PATH": "/bin"})
    process(proc, 11, MARK.variables())
    process(proc, 12, {"GAUNTLET_STACK": "other"})
    process(proc, 13, {"GAUNTLET_STACK": "abcd"})
    process(proc, 14, {"NOTE": "GAUNTLET_STACK=abc"})
    process(proc, 15)
    assert sorted(marked(MARK, proc)) == [10, 11]
    assert marked(MARK.of("order-1"), proc) == [10]
    assert marked(MARK.of("order-2"), proc) == []


def test_a_process_that_overwrote_its_environment_is_found_by_its_output(proc: Path) -> None:
    title = b"redis-server 127.0.0.1:6379\0\0\0"
    process(proc, 20, title, ["/run/logs/locks.log", "/run/logs/locks.log"])
    process(proc, 21, title, ["/dev/null", "/run/logs/locks-1.log"])
    process(proc, 22, title, ["/elsewhere/logs/locks.log", "/run/logs/deeper/locks.log"])
    process(proc, 23, title, ["/dev/null", "/dev/null", "/run/logs/locks.log"])
    assert sorted(marked(MARK, proc)) == [20, 21]
    assert marked(MARK.of("locks"), proc) == [20]


def test_zombies_and_processes_that_are_gone_or_not_ours_do_not_count(proc: Path) -> None:
    process(proc, 30)  # a zombie: everything is there, and empty
    (proc / "31").mkdir()
    assert marked(MARK, proc) == []


def test_whoever_asks_is_not_found(proc: Path) -> None:
    process(proc, os.getpid(), MARK.variables())
    assert marked(MARK, proc) == []


def test_only_a_member_has_a_log() -> None:
    assert MARK.of("order-1").log == Path("/run/logs/order-1.log")
    with pytest.raises(ValueError, match="many logs"):
        _ = MARK.log


def test_containers_carry_labels_instead() -> None:
    assert MARK.labels() == {"gauntlet.stack": "abc"}
    assert MARK.of("order-1").labels() == {"gauntlet.stack": "abc", "gauntlet.instance": "order-1"}
