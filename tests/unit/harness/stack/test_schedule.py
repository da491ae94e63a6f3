import threading

import pytest

from harness.stack.schedule import Step, run_steps

PATIENCE_S = 10


def test_a_step_runs_after_what_it_needs_and_beside_what_it_does_not() -> None:
    done: list[str] = []
    met = threading.Barrier(2, timeout=PATIENCE_S)

    def meet(name: str) -> None:
        met.wait()  # returns only when the other one runs at the same time
        done.append(name)

    run_steps(
        [
            Step("a", lambda: meet("a")),
            Step("b", lambda: meet("b")),
            Step("c", lambda: done.append("c"), ("a", "b")),
            Step("d", lambda: done.append("d"), ("c",)),
        ],
        threading.Event(),
    )
    assert sorted(done[:2]) == ["a", "b"]
    assert done[2:] == ["c", "d"]


def test_the_first_failure_calls_off_the_rest_and_is_raised_when_nothing_runs_any_more() -> None:
    cancelled = threading.Event()
    ended: list[str] = []

    def fail() -> None:
        raise ZeroDivisionError

    def long() -> None:
        assert cancelled.wait(PATIENCE_S)
        ended.append("long")

    with pytest.raises(ZeroDivisionError):
        run_steps([Step("fail", fail), Step("long", long), Step("never", lambda: ended.append("never"), ("fail",))], cancelled)
    assert ended == ["long"]


def test_a_step_cannot_wait_for_ever() -> None:
    with pytest.raises(ValueError, match="a needs b, not listed before it"):
        run_steps([Step("a", lambda: None, ("b",)), Step("b", lambda: None)], threading.Event())


def test_nothing_to_do_is_done() -> None:
    run_steps([], threading.Event())
