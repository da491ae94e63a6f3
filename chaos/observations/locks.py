"""The lock on products: its holds, and writes refused for a lower fencing token."""

from dataclasses import dataclass

TOKENS = "order.fencing_tokens"
LOCK_GRANTS = "order.lock_grants"
FENCED_OFF = "product.fenced_off"
"""Subjects of the observations."""


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A hold, known by its fencing token. `sure_ns`: the last command of the holder before its end; times are the history's.

    `end_ns` is when it released it, or when its TTL had run out (None: not yet); `ending` says which. `votes` is
    how many masters were seen to set its value, `unseen` how many could not be seen just then; `quorum` are needed.
    The times come from clocks of several servers, and may be wrong by `error_ns`.
    """

    resource: str
    holder: str
    value: str
    token: int
    begin_ns: int
    sure_ns: int
    end_ns: int | None
    ending: str
    votes: int
    unseen: int
    quorum: int
    error_ns: int = 0
