"""Wait for something to become true by looking at it, never by hoping that some time is enough.

Every wait has a deadline, says what it waited for and what it saw last, and can be cancelled from another thread, which the
libraries for retries (stamina, tenacity) do not offer.
"""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

POLL_S = 0.05


class NotYet(Exception):
    """Raised by a probe that has a reason to give; it ends up in the message of WaitTimeout."""


class WaitTimeout(TimeoutError):
    """The deadline passed; the message says what was awaited and what was seen last."""


class WaitCancelled(Exception):
    """The wait was given up because the `cancelled` event was set."""


class _Deadline:
    """One wait: decides after each unsuccessful look whether to look again."""

    def __init__(self, what: str, timeout_s: float) -> None:
        self._what = what
        self._timeout_s = timeout_s
        self._end = time.monotonic() + timeout_s
        self.last = "not ready"

    def check(self) -> None:
        if time.monotonic() >= self._end:
            raise WaitTimeout(f"{self._what}: still not so after {self._timeout_s:g} s ({self.last})")


def wait_until(
    probe: Callable[[], T | None],
    *,
    what: str,
    timeout_s: float,
    poll_s: float = POLL_S,
    cancelled: threading.Event | None = None,
) -> T:
    """Call `probe` until it returns something true, and return that.

    A probe says "not yet" with a false value or by raising NotYet(reason); any other exception ends the wait. The probe
    is called at least once. Times are in seconds. Raises WaitTimeout at the deadline, WaitCancelled when told to stop.
    """
    deadline = _Deadline(what, timeout_s)
    stop = cancelled or threading.Event()
    while True:
        if stop.is_set():
            raise WaitCancelled(what)
        try:
            if seen := probe():
                return seen
        except NotYet as reason:
            deadline.last = str(reason)
        deadline.check()
        stop.wait(poll_s)


async def wait_until_async(
    probe: Callable[[], Awaitable[T | None]], *, what: str, timeout_s: float, poll_s: float = POLL_S
) -> T:
    """The same for coroutines: await `probe()` until it returns something true. Raises WaitTimeout."""
    deadline = _Deadline(what, timeout_s)
    while True:
        try:
            if seen := await probe():
                return seen
        except NotYet as reason:
            deadline.last = str(reason)
        deadline.check()
        await asyncio.sleep(poll_s)
