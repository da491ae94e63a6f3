"""Waits until a system has come to rest, by polling it.

One poll is not enough: a message in transit between two members is in neither. Rest is when nothing is outstanding in
several consecutive polls. A run that has failed already gains nothing by waiting for a system that does not come to rest.
"""

import time
from collections.abc import Awaitable, Callable
from itertools import count

from harness.experiment.experiment import Bounds
from harness.experiment.protocols import Subject
from harness.waiting import NotYet, wait_until_async

QUIET_LOOKS = 3
TOLD_LOOKS = 20


class FailedAlready(Exception):
    """The wait was given up: a guarantee is violated whatever comes, and the system had not come to rest."""


async def never() -> str:
    """Nothing has failed that is known of."""
    return ""


async def settle(
    subject: Subject, bounds: Bounds, note: Callable[[str], None], failed: Callable[[], Awaitable[str]] = never
) -> None:
    """Return when the subject is at rest, polling it and noting at times what is outstanding.

    `failed` is asked once, after `bounds.patience_s` without rest: what has failed already, or "". Raises WaitTimeout, naming
    what is outstanding, after `bounds.settle_s`; FailedAlready.
    """
    quiet = 0
    looks = count(1)
    ask_at: float | None = time.monotonic() + bounds.patience_s

    async def look() -> bool:
        nonlocal quiet, ask_at
        if outstanding := await subject.outstanding():
            if ask_at is not None and time.monotonic() >= ask_at:
                ask_at = None
                if found := await failed():
                    raise FailedAlready(f"{found} has failed already, after {bounds.patience_s:g} s: {'; '.join(outstanding)}")
            if next(looks) % TOLD_LOOKS == 0:
                note(f"waiting for {'; '.join(outstanding)}")
            quiet = 0
            raise NotYet("; ".join(outstanding))
        quiet += 1
        if quiet < QUIET_LOOKS:
            raise NotYet(f"quiet in {quiet} of {QUIET_LOOKS} looks")
        return True

    await wait_until_async(look, what="the system comes to rest", timeout_s=bounds.settle_s, poll_s=bounds.settle_poll_s)
