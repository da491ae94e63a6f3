"""Reusable judges. They know ledgers, balances and acknowledgements, and no shop; they do no I/O.

Each is a function from facts to a Finding that names every breach, so that guarantees can be put together from them.
"""

from harness.checkers.conservation import OUTSIDE, Transfer, conserved, put_in, replay
from harness.checkers.overdraw import never_overdrawn, within
from harness.checkers.survival import Acknowledged, survived

__all__ = [
    "OUTSIDE",
    "Acknowledged",
    "Transfer",
    "conserved",
    "never_overdrawn",
    "put_in",
    "replay",
    "survived",
    "within",
]
