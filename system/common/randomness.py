"""The only place of the shop where chance comes from: jitter for retries, so that callers do not march in step.

Seeded from the setting RANDOM_SEED when a run must be replayed, else from the system. Identifiers and secrets do not come
from here: they use uuid and secrets.
"""

import os
import random  # noqa: TID251 - the one module made for it

_SOURCE = random.Random(os.environ.get("RANDOM_SEED") or None)  # noqa: S311 - jitter, not secrets


def jittered(delay_s: float) -> float:
    """A delay between half of `delay_s` and the whole of it, in s ("equal jitter", AWS Architecture Blog 2015)."""
    return delay_s * (0.5 + _SOURCE.random() / 2)


def backoff(attempt: int, *, first_s: float, most_s: float) -> float:
    """The jittered delay before attempt `attempt` (from 1), doubling from `first_s` up to `most_s`, in s."""
    return jittered(min(most_s, first_s * 2 ** min(attempt - 1, 30)))
