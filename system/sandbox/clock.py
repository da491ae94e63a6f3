"""Moments as both a person and a checker need them.

A wall-clock time is for reading; only the monotonic time may be compared with the times in a history, because wall
clocks are among the things an experiment sets wrong.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Moment:
    """One instant: `at` in UTC, `monotonic` in seconds of CLOCK_MONOTONIC, which all processes of a machine share."""

    at: datetime
    monotonic: float


Clock = Callable[[], Moment]


def now() -> Moment:
    """Read both clocks."""
    return Moment(at=datetime.now(UTC), monotonic=time.monotonic())
