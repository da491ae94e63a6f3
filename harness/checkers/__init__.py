"""Reusable judges. They work on ledgers, balances and acknowledgements of any system, without I/O.

Each is a function from facts to a Finding that names every violation; guarantees are composed of them.
"""

from harness.checkers.agreement import agree
from harness.checkers.conservation import OUTSIDE, Transfer, conserved, put_in, replay
from harness.checkers.exclusion import Hold, mutually_exclusive
from harness.checkers.fencing import FencedWrite, never_overtaken
from harness.checkers.idempotence import Told, consistent
from harness.checkers.linearizability import UNSET, Access, Misses, Reads, Swaps, UndecidedError, Writes, linearizable
from harness.checkers.liveness import LAG_BOUND_S, UNDECIDED, HealthSample, LateClientError, answered_within, recovered
from harness.checkers.monotonic import Read, forward_only
from harness.checkers.once import Effect, at_most_once, exactly_once
from harness.checkers.overdraw import never_overdrawn, within
from harness.checkers.recovery import first_for_good, served_again
from harness.checkers.revocation import Issue, Revocation, Use, revoked
from harness.checkers.survival import Acknowledged, survived

__all__ = [
    "LAG_BOUND_S",
    "OUTSIDE",
    "UNDECIDED",
    "UNSET",
    "Access",
    "Acknowledged",
    "Effect",
    "FencedWrite",
    "HealthSample",
    "Hold",
    "Issue",
    "LateClientError",
    "Misses",
    "Read",
    "Reads",
    "Revocation",
    "Swaps",
    "Told",
    "Transfer",
    "UndecidedError",
    "Use",
    "Writes",
    "agree",
    "answered_within",
    "at_most_once",
    "conserved",
    "consistent",
    "exactly_once",
    "first_for_good",
    "forward_only",
    "linearizable",
    "mutually_exclusive",
    "never_overdrawn",
    "never_overtaken",
    "put_in",
    "recovered",
    "replay",
    "revoked",
    "served_again",
    "survived",
    "within",
]
