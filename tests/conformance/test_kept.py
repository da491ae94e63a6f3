"""A stack that is kept between runs goes with the process that keeps it, however that ends."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.stack.marker import Mark, marked
from harness.waiting import wait_until
from tests.conformance.toys import SMALL

KEEPER = Path(__file__).with_name("keeper.py")


@contextmanager
def keeping(folder: Path) -> Iterator[tuple["subprocess.Popen[str]", Mark, Path]]:
    """A process that has done two runs on one stack, which is still there."""
    command = [sys.executable, str(KEEPER), str(SMALL), str(folder)]
    keeper = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
    try:
        assert keeper.stdout is not None
        first, second = keeper.stdout.readline(), keeper.stdout.readline()
        assert first == second != ""
        stack, place = first.split()
        mark = Mark(stack, Path(place) / "logs")
        assert marked(mark)
        yield keeper, mark, Path(place).parent
    finally:
        keeper.kill()
        keeper.communicate()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, None], ids=["kill -9", "Ctrl-C", "the end"])
def test_nothing_is_left_of_it(tmp_path: Path, how: signal.Signals | None) -> None:
    with keeping(tmp_path) as (keeper, mark, place):
        assert place.exists()
        if how is not None:
            keeper.send_signal(how)
        else:
            keeper.communicate()
        keeper.wait(30)
        wait_until(lambda: not marked(mark), what="its processes gone", timeout_s=20)
        wait_until(lambda: not place.exists(), what="its folder gone", timeout_s=20)
    for run in ("one", "two"):
        assert (tmp_path / run / "stack" / "logs" / "back-1.log").exists()
