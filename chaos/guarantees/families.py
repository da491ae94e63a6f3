"""Families of sessions: all that descend from one login by refreshing; and which of them were ended, by whom, and when.

A refresh that is repeated within seconds, before what it bought was used, is answered with the same tokens under another name
in the history: both names are of one family.
"""

from contextlib import suppress
from dataclasses import dataclass, field

from chaos.guarantees import reading
from chaos.guarantees.reading import inputs
from chaos.observations import identity
from harness.history import History, NotObservedError, Operation

REPEATABLE_S = 5.0
"""For how long the shop answers a refresh again that it has answered, where a run says nothing else."""
SHUT_OUT = 401
REPLAYED = "REFRESH_TOKEN_REUSED"


@dataclass
class Families:
    """The sessions of a history."""

    history: History
    refreshes: list[tuple[Operation, identity.Refresh]] = field(default_factory=list)
    logouts: list[tuple[Operation, identity.LogOut]] = field(default_factory=list)
    repeatable_ns: int = 0
    _parent: dict[str, str] = field(default_factory=dict)
    _attempts: dict[str, list[Operation]] = field(default_factory=dict)
    _bought: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.refreshes = list(inputs(self.history, identity.Refresh, identity.REFRESH_TOKENS))
        self.repeatable_ns = round(_repeatable_s(self.history) * 1e9)
        self.logouts = list(inputs(self.history, identity.LogOut, identity.LOG_OUT))
        for operation, refresh in self.refreshes:
            self._attempts.setdefault(refresh.session, []).append(operation)
            if operation.ok:
                self._parent[refresh.next] = refresh.session
                self._bought.setdefault(refresh.session, []).append(refresh.next)

    def root(self, session: str) -> str:
        """The login that a session descends from."""
        while session in self._parent:
            session = self._parent[session]
        return session

    def attempts(self, session: str) -> list[Operation]:
        """Every use of a session's refresh token."""
        return self._attempts.get(session, [])

    def replayed(self, session: str, until_ns: int) -> bool:
        """Whether some refresh token of the family may have been shown again before then, other than as the shop allows."""
        root = self.root(session)
        return any(self.root(other) == root and self._shown_again(other, until_ns) for other in self._attempts)

    def _shown_again(self, session: str, until_ns: int) -> bool:
        shown = sorted(
            (each for each in self.attempts(session) if each.invoked_ns <= until_ns), key=lambda each: each.invoked_ns
        )
        if len(shown) < 2:
            return False
        ended_ns = max(until_ns if each.completed_ns is None else each.completed_ns for each in shown)
        used = [each for bought in self._bought.get(session, ()) for each in self.attempts(bought)]
        return ended_ns - shown[0].invoked_ns > self.repeatable_ns or any(each.invoked_ns <= ended_ns for each in used)

    def ended(self) -> dict[str, Operation]:
        """By root the first acknowledged end of a family alone: a replay that was refused as one, or a logout."""
        ends = [
            (refresh.session, operation)
            for operation, refresh in self.refreshes
            if operation.status == SHUT_OUT and operation.output.get("code") == REPLAYED
        ]
        ends += [(logout.session, operation) for operation, logout in self.logouts if operation.ok and not logout.everywhere]
        found: dict[str, Operation] = {}
        for session, operation in sorted(ends, key=lambda each: each[1].completed_ns or 0):
            found.setdefault(self.root(session), operation)
        return found

    def logged_out(self, user: str, session: str, until_ns: int) -> bool:
        """Whether a logout may have ended a session before then."""
        root = self.root(session)
        return any(
            operation.invoked_ns <= until_ns
            and operation.status != SHUT_OUT
            and (self.root(logout.session) == root or (logout.everywhere and logout.user_id == user))
            for operation, logout in self.logouts
        )


def _repeatable_s(history: History) -> float:
    with suppress(NotObservedError):  # runs of before, and of less than the shop
        for row in reading.rows(history, identity.REFRESH_AGAIN, identity.RefreshAgainRow):
            return row.seconds
    return REPEATABLE_S
