import threading
from functools import partial

import pytest

from harness.stack.start_order import Step, run_steps

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


def test_those_that_can_run_start_in_the_order_of_the_list() -> None:
    names = ["rabbitmq", "mysql", "cache", "proxy"]
    all_run = threading.Barrier(len(names), timeout=PATIENCE_S)
    threads: dict[str, str] = {}

    def run(name: str) -> None:
        all_run.wait()  # so that no thread is free again for the next step, and threads are numbered in the order of the starts
        threads[threading.current_thread().name] = name

    order = Step("order", lambda: None, ("mysql", "proxy"))
    run_steps([*(Step(name, partial(run, name)) for name in names), order], threading.Event())
    assert [threads[thread] for thread in sorted(threads)] == names


def test_the_order_of_the_list_need_not_be_that_of_the_needs() -> None:
    done: list[str] = []
    run_steps([Step("a", lambda: done.append("a"), ("b",)), Step("b", lambda: done.append("b"))], threading.Event())
    assert done == ["b", "a"]


def test_steps_that_would_wait_for_ever_are_refused_before_anything_runs() -> None:
    ran: list[str] = []
    first = Step("first", lambda: ran.append("first"))
    with pytest.raises(ValueError, match="a needs b, and there is no such step"):
        run_steps([first, Step("a", lambda: None, ("b",))], threading.Event())
    circle = [Step("a", lambda: None, ("b",)), Step("b", lambda: None, ("c",)), Step("c", lambda: None, ("a",))]
    with pytest.raises(ValueError, match=r"steps wait for each other: (a <- c <- b <- a|b <- a <- c <- b|c <- b <- a <- c)"):
        run_steps([first, *circle], threading.Event())
    assert ran == []


def test_nothing_to_do_is_done() -> None:
    run_steps([], threading.Event())
