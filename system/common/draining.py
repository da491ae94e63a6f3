"""How long a stopping process may still work: one span for all that finishes what it has begun, not one for each.

Supervisors kill after a grace period (10 s with Docker and here): the spans of loops, server and sagas add up, and have to be
less than it in all.
"""

import time


class Drain:
    """A span that begins when it is first asked for, in s."""

    def __init__(self, whole_s: float) -> None:
        self._whole_s = whole_s
        self._until: float | None = None

    def left(self) -> float:
        """Seconds that are left of it."""
        now = time.monotonic()
        if self._until is None:
            self._until = now + self._whole_s
        return max(0.0, self._until - now)
