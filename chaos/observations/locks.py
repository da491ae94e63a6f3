"""The lock on products: who held it from when to when, and writes that were refused for a token that was overtaken."""

from dataclasses import dataclass

TOKENS = "order.fencing_tokens"
LOCK_GRANTS = "order.lock_grants"
FENCED_OFF = "product.fenced_off"
"""Subjects of the observations."""


@dataclass(frozen=True, slots=True)
class GrantRow:
    """Somebody drew a token for a resource. `sure_ns`: the last sign that it believed to hold it; times are the history's.

    `end_ns` is when it released it, or when its TTL had run out (None: that is not over yet); `ending` says which. `votes` is
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
