"""Waits until a system has come to rest, by polling it.

One poll is not enough: a message in transit between two members is in neither. Rest is when nothing is outstanding in
several consecutive polls.
"""

from collections.abc import Callable
from itertools import count

from harness.experiment.protocols import Subject
from harness.waiting import NotYet, wait_until_async

QUIET_LOOKS = 3
TOLD_LOOKS = 20


async def settle(subject: Subject, bound_s: float, poll_s: float, note: Callable[[str], None]) -> None:
    """Return when the subject is at rest, polling every `poll_s` seconds and noting at times what is outstanding.

    Raises WaitTimeout, naming what is outstanding, after `bound_s` seconds.
    """
    quiet = 0
    looks = count(1)

    async def look() -> bool:
        nonlocal quiet
        if outstanding := await subject.outstanding():
            if next(looks) % TOLD_LOOKS == 0:
                note(f"waiting for {'; '.join(outstanding)}")
            quiet = 0
            raise NotYet("; ".join(outstanding))
        quiet += 1
        if quiet < QUIET_LOOKS:
            raise NotYet(f"quiet in {quiet} of {QUIET_LOOKS} looks")
        return True

    await wait_until_async(look, what="the system comes to rest", timeout_s=bound_s, poll_s=poll_s)
