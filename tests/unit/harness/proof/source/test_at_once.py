"""Tasks run so many at a time; when one fails, or we are interrupted, those at work are ended and none is begun."""

import signal
import threading

import pytest

from harness.proof.source.at_once import at_once


def test_so_many_run_at_a_time_and_all_are_run() -> None:
    both = threading.Barrier(2, timeout=20.0)
    at_once([both.wait] * 4, 2, lambda: None)  # type: ignore[list-item]  # what a task returns is of no interest
    assert not both.broken


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_one_that_fails_ends_those_at_work_and_none_is_begun(error: type[BaseException]) -> None:
    ended, begun, done = threading.Event(), threading.Event(), []

    def long() -> None:
        begun.set()
        assert ended.wait(20.0)
        done.append("long")

    def fails() -> None:
        assert begun.wait(20.0)
        raise error

    with pytest.raises(error):
        at_once([long, fails, *[lambda: done.append("late")] * 50], 2, ended.set)
    assert "long" in done
    assert len(done) < 51


def test_ctrl_c_ends_those_at_work() -> None:
    ended = threading.Event()

    def long() -> None:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)  # whom a terminal's Ctrl-C reaches
        assert ended.wait(20.0)

    with pytest.raises(KeyboardInterrupt):
        at_once([long], 1, ended.set)
    assert ended.is_set()
