"""The lock on products: its holds, and writes refused for a lower fencing token."""

from dataclasses import dataclass

TOKENS = "order.fencing_tokens"
LOCK_GRANTS = "order.lock_grants"
LOCK_ATTEMPTS = "order.lock_attempts"
LOCK_STRAYS = "order.lock_strays"
LOCK_UNWATCHED = "order.lock_unwatched"
LOCK_SETTINGS = "order.lock_settings"
FENCED_OFF = "product.fenced_off"
"""Subjects of the observations."""


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A hold, known by its fencing token. `sure_ns`: the last command of the holder before its end; times are the history's.

    `end_ns` is when it released it, or when its TTL had run out (None: not yet); `ending` says which. `votes` is
    how many masters were seen to set its value, `unseen` how many could not be seen just then; `quorum` are needed.
    The times come from clocks of several servers, and may be wrong by `error_ns`.

    `until_ns` is when its TTL had run out at a quorum, `granted_ns` when a quorum had set its value, `drawn_ns` when its token
    was drawn; None: not known, as in runs of before. `set_at` are the masters that were seen to set it, `out_of_sight` how many
    masters could not be seen at some time from its beginning to its last command.
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
    until_ns: int | None = None
    granted_ns: int | None = None
    drawn_ns: int | None = None
    set_at: tuple[str, ...] = ()
    out_of_sight: int = 0


@dataclass(frozen=True, slots=True)
class VoteRow:
    """What one master did about an attempt; None: it was not seen to.

    `asked_ns`: executed the script that acquires; `met` is another's value that it held then, if any, for `met_left_ns` still
    (None in runs of before). `set_ns`: set the value, at most `sets` times for a resource, until `until_ns` in the end.
    `released_ns`: executed the script that releases, which did not delete the value of `kept` resources.
    """

    master: str
    asked_ns: int | None = None
    met: str = ""
    set_ns: int | None = None
    sets: int = 0
    until_ns: int | None = None
    released_ns: int | None = None
    kept: int = 0
    met_left_ns: int | None = None


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """An attempt to hold resources, granted or not; `ttls_ms` are the TTLs that were asked for, `first_ns` is its beginning."""

    value: str
    holder: str
    resources: tuple[str, ...]
    first_ns: int
    ttls_ms: tuple[int, ...] = ()
    votes: tuple[VoteRow, ...] = ()


@dataclass(frozen=True, slots=True)
class StrayRow:
    """A master executed a command of `value` (empty: of nobody known) on a key that held `found`, for `left_ns` still."""

    master: str
    at_ns: int
    command: str
    resource: str
    value: str
    found: str
    left_ns: int


@dataclass(frozen=True, slots=True)
class UnwatchedRow:
    """A master was not observed between two times (ns)."""

    master: str
    begin_ns: int
    end_ns: int


@dataclass(frozen=True, slots=True)
class LockSettingsRow:
    """What the holders of locks were told: the TTL, and how long to try, in s."""

    ttl_s: float
    wait_s: float


DEFAULT_SETTINGS = LockSettingsRow(ttl_s=8.0, wait_s=4.0)
"""What they are told when nothing else is set."""
