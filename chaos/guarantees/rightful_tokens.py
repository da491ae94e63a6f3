"""Tokens that are valid must be accepted: an access token until its account may have changed, a refresh token once.

A change of unknown outcome may take effect at any later time, so it excuses every refusal after it. A replayed refresh token
ends its family, so a second attempt anywhere in the family excuses the refusals after it: but for one within seconds, before
what the first one bought was used. Its answer may have been lost, so it must be accepted, with the same result.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from chaos.guarantees.families import SHUT_OUT, Families
from chaos.guarantees.reading import inputs
from chaos.observations import identity
from harness.history import Ending, History, Operation
from harness.verdict import Violation

YOUNG_NS = 600_000_000_000
"""How old a token may be in ns to be judged: access tokens are issued for 15 minutes."""


@dataclass
class Tokens:
    """The sessions of a run, and what may have outdated them."""

    history: History
    judged: int = 0
    _issued: dict[str, Operation] = field(default_factory=dict)
    _changes: dict[str, list[Operation]] = field(default_factory=dict)
    _attempts: dict[str, list[Operation]] = field(default_factory=dict)
    _families: Families = field(init=False)

    def __post_init__(self) -> None:
        self._families = Families(self.history)
        for operation, login in inputs(self.history, identity.LogIn, identity.LOG_IN):
            if operation.ok:
                self._issued[login.session] = operation
        for operation, refresh in inputs(self.history, identity.Refresh, identity.REFRESH_TOKENS):
            self._attempts.setdefault(refresh.session, []).append(operation)
            if operation.ok:
                self._issued[refresh.next] = operation
        for operation, given in inputs(self.history, identity.RoleChange, identity.CHANGE_ROLE):
            self._changed(given.user_id, operation)
        for operation, shown in inputs(self.history, identity.Shown, identity.CHANGE_ACCOUNT):
            self._changed(shown.user_id, operation)
        for operation, shown in inputs(self.history, identity.Shown, identity.USE_TOKEN):
            if shown.what == identity.RAISE_ROLE:
                self._changed(shown.user_id, operation)

    def _changed(self, user: str, operation: Operation) -> None:
        if operation.ending is not Ending.FAIL:
            self._changes.setdefault(user, []).append(operation)

    def issued(self, session: str) -> Operation | None:
        """The operation that issued a session's tokens."""
        return self._issued.get(session)

    def in_force(self, user: str, session: str, use: Operation) -> bool:
        """Whether nothing can have outdated a session's tokens before the end of a use of them."""
        issue = self._issued.get(session)
        if issue is None or issue.completed_ns is None or use.completed_ns is None:
            return False
        if self._families.logged_out(user, session, use.completed_ns):
            return False
        young = issue.completed_ns <= use.invoked_ns and use.completed_ns - issue.invoked_ns < YOUNG_NS
        return young and not any(
            change.invoked_ns <= use.completed_ns
            and not (change.ok and change.completed_ns is not None and change.completed_ns < issue.invoked_ns)
            for change in self._changes.get(user, ())
        )

    def refused(self) -> Iterable[Violation]:
        """Refusals of tokens that were in force, and refresh tokens that worked twice."""
        for operation, shown in inputs(self.history, identity.Shown, identity.USE_TOKEN, identity.CHANGE_ACCOUNT):
            if self.in_force(shown.user_id, shown.session, operation) and not self._replayed(shown.session, operation):
                self.judged += 1
                if operation.status == SHUT_OUT:
                    yield self._refusal(f"the access token of {shown.session}", shown.session, shown.at, operation)
        for operation, refresh in inputs(self.history, identity.Refresh, identity.REFRESH_TOKENS):
            if self.in_force(refresh.user_id, refresh.session, operation) and not self._replayed(refresh.session, operation):
                self.judged += 1
                if operation.status == SHUT_OUT:
                    yield self._refusal(f"the refresh token of {refresh.session}", refresh.session, refresh.at, operation)
        for session, attempts in self._attempts.items():
            worked = sorted((each for each in attempts if each.ok), key=lambda each: each.invoked_ns)
            if len(worked) > 1 and (wrong := self._twice(session, worked)):
                yield Violation(
                    what=f"the refresh token of {session} worked {len(worked)} times, {wrong}",
                    operations=tuple(each.id for each in worked),
                    facts={"session": session},
                )

    def _twice(self, session: str, worked: Sequence[Operation]) -> str:
        """What is wrong about a refresh token that worked several times; "" for answers that are repeated as they may be."""
        first, last = worked[0], worked[-1]
        if last.invoked_ns - (first.completed_ns or last.invoked_ns) > self._families.repeatable_ns:
            return f"the last of them {(last.invoked_ns - first.invoked_ns) / 1e9:.1f} s after the first"
        if self._families.replayed(session, last.invoked_ns) and self._bought_was_used(session, last):
            return "though what it bought had been used"
        if len({(_kind(each), str(sorted(each.output.items())), _digest(each)) for each in worked}) > len(
            set(map(_kind, worked))
        ):
            return "with different results"
        return ""

    def _bought_was_used(self, session: str, use: Operation) -> bool:
        bought = [str(each.input.get("next")) for each in self._attempts[session] if each.ok]
        used = [each for name in bought for each in self._attempts.get(name, ()) if each.ok]
        return any(each.completed_ns is not None and each.completed_ns < use.invoked_ns for each in used)

    def _replayed(self, session: str, use: Operation) -> bool:
        """Whether some token of the family may have been shown a second time before the end of a use."""
        return self._families.replayed(session, use.completed_ns or 0)

    def _refusal(self, token: str, session: str, at: str, operation: Operation) -> Violation:
        issue = self._issued[session]
        return Violation(
            what=f"operation {operation.id}: {token} was refused by {at}, though operation {issue.id} had issued it"
            " and nothing had changed the account since",
            operations=(issue.id, operation.id),
            facts={"session": session, "at": at},
        )


def _kind(refresh: Operation) -> str:
    """A gateway's answers and those of the user service itself are not in the same form."""
    return str(refresh.input.get("at")).partition("-")[0]


def _digest(operation: Operation) -> str:
    return operation.exchange.response_sha256 if operation.exchange else ""
