import threading

import pytest

from harness.waiting import NotYet, WaitCancelled, WaitTimeout, wait_until, wait_until_async


class Clock:
    """Something that becomes true when it is looked at for the n-th time."""

    def __init__(self, true_at: int, reason: str | None = None) -> None:
        self.looks = 0
        self._true_at = true_at
        self._reason = reason

    def look(self) -> str | None:
        self.looks += 1
        if self.looks >= self._true_at:
            return f"look {self.looks}"
        if self._reason is not None:
            raise NotYet(self._reason)
        return None

    async def look_async(self) -> str | None:
        return self.look()


@pytest.mark.parametrize("reason", [None, "still booting"])
def test_it_looks_until_it_is_so_and_returns_what_it_saw(reason: str | None) -> None:
    assert wait_until(Clock(3, reason).look, what="x", timeout_s=5, poll_s=0) == "look 3"


def test_the_timeout_says_what_was_awaited_and_what_was_seen_last() -> None:
    clock = Clock(10**9, "still booting")
    with pytest.raises(WaitTimeout, match=r"rabbit ready: still not so after 0.01 s \(still booting\)"):
        wait_until(clock.look, what="rabbit ready", timeout_s=0.01, poll_s=0)
    assert clock.looks > 1


def test_it_looks_at_least_once() -> None:
    assert wait_until(Clock(1).look, what="x", timeout_s=0) == "look 1"


def test_any_other_exception_ends_the_wait() -> None:
    def broken() -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        wait_until(broken, what="x", timeout_s=5)


def test_another_thread_can_call_it_off() -> None:
    cancelled = threading.Event()
    looks = 0

    def look() -> bool:
        nonlocal looks
        looks += 1
        cancelled.set()
        return False

    with pytest.raises(WaitCancelled, match="rabbit ready"):
        wait_until(look, what="rabbit ready", timeout_s=5, poll_s=60, cancelled=cancelled)
    assert looks == 1


async def test_the_same_for_coroutines() -> None:
    assert await wait_until_async(Clock(3, "no").look_async, what="x", timeout_s=5, poll_s=0) == "look 3"
    with pytest.raises(WaitTimeout, match=r"x: still not so after 0 s \(no\)"):
        await wait_until_async(Clock(2, "no").look_async, what="x", timeout_s=0)
