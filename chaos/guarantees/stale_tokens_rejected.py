"""Revocation: tokens issued before an acknowledged change of their account are refused by every instance.

Access and refresh tokens, at every gateway and every instance of the user service. A change that was not acknowledged (503, or
no answer) may or may not have revoked them, so it is not judged; a refused one (4xx) revoked none. One that asks for what is
so already is none: what was asked for several times in a row was changed by the first of them, or before. A refresh token that
is refused because it was used before ends its family (all that descend from the same login), and so does a logout.
"""

from collections.abc import Iterable

from chaos.guarantees.families import REPLAYED, SHUT_OUT, Families
from chaos.guarantees.reading import inputs
from chaos.observations import identity
from harness.checkers import Issue, Revocation, Use, revoked
from harness.history import History, Operation
from harness.verdict import Finding, Violation, guarantee

LET_IN = frozenset({403, 404, 409})
"""Refusals that imply an accepted token: authorization or validation failed, not authentication."""
FIRST_ROLE = "USER"
"""The role of an account when it is made."""


@guarantee
def stale_tokens_rejected(history: History) -> Finding:
    """After an acknowledged change of a user no older token is accepted, by any instance."""
    finding = revoked(_issues(history), _changes(history), _uses(history))
    counts = {
        "refresh tokens refused as used before": sum(
            each.output.get("code") == REPLAYED for each in history.named(identity.REFRESH_TOKENS)
        ),
        "logouts": sum(each.ok for each in history.named(identity.LOG_OUT)),
    }
    return finding + Finding(judged=0, violations=tuple(_ended_families(history)), counts=counts)


def _ended_families(history: History) -> Iterable[Violation]:
    """Tokens that were accepted after their session had ended: after a replay of one of its refresh tokens, or a logout."""
    families = Families(history)
    ended = families.ended()
    shown = [(operation, refresh.session, refresh.at, "refresh") for operation, refresh in families.refreshes]
    shown += [
        (operation, used.session, used.at, "access")
        for operation, used in inputs(history, identity.Shown, identity.USE_TOKEN, identity.CHANGE_ACCOUNT)
    ]
    for operation, session, at, kind in shown:
        end = ended.get(families.root(session))
        if end is not None and _accepted(operation) and (end.completed_ns or 0) < operation.invoked_ns:
            how = "a logout" if end.name == identity.LOG_OUT else "a replay"
            yield Violation(
                what=f"operation {operation.id}: the {kind} token of {session} was accepted at {at}, though {how} had ended"
                f" its session (operation {end.id})",
                operations=(end.id, operation.id),
                facts={"session": session},
            )


def _issues(history: History) -> Iterable[Issue]:
    for operation, login in inputs(history, identity.LogIn, identity.LOG_IN):
        if operation.ok:
            yield from _pair(login.session, login.user_id, operation)
    for operation, refresh in inputs(history, identity.Refresh, identity.REFRESH_TOKENS):
        if operation.ok:
            yield from _pair(refresh.next, refresh.user_id, operation)


def _pair(session: str, user_id: str, operation: Operation) -> Iterable[Issue]:
    if operation.completed_ns is not None:
        for token in (_access(session), _refresh(session)):
            yield Issue(token, user_id, operation.completed_ns, operation.id)


def _changes(history: History) -> Iterable[Revocation]:
    """Acknowledged changes only."""
    changes = list(inputs(history, identity.Shown, identity.CHANGE_ACCOUNT))
    for (user, what), asked in _by(((own.user_id, own.what), own.value, operation) for operation, own in changes).items():
        yield from _in_a_row(asked, user, f"a change of the {what}")
    roles = list(inputs(history, identity.RoleChange, identity.CHANGE_ROLE))
    for (user, _), asked in _by(((given.user_id, "role"), given.role, operation) for operation, given in roles).items():
        yield from _in_a_row(asked, user, "a change of the role", so_already=FIRST_ROLE)
    for operation, logout in inputs(history, identity.LogOut, identity.LOG_OUT):
        if logout.everywhere:
            yield from _revocation(operation, operation, logout.user_id, "a logout everywhere")


Asked = tuple[str, Operation]
"""What was to be, and the operation."""


def _by(asked: Iterable[tuple[tuple[str, str], str, Operation]]) -> dict[tuple[str, str], list[Asked]]:
    found: dict[tuple[str, str], list[Asked]] = {}
    for subject, value, operation in sorted(asked, key=lambda each: each[2].invoked_ns):
        found.setdefault(subject, []).append((value, operation))
    return found


def _in_a_row(asked: Iterable[Asked], user: str, what: str, so_already: str = "") -> Iterable[Revocation]:
    """Changes to one value, tried until one is acknowledged, are one change, which began with the first of them."""
    value, first = so_already, None
    for wanted, operation in asked:
        if wanted != value or not wanted:
            value, first = wanted, operation
        if first is not None:
            yield from _revocation(first, operation, user, what)


def _revocation(first: Operation, operation: Operation, user_id: str, what: str) -> Iterable[Revocation]:
    if operation.ok and operation.completed_ns is not None:
        yield Revocation(user_id, what, first.invoked_ns, operation.completed_ns, operation.id)


def _uses(history: History) -> Iterable[Use]:
    for operation, shown in inputs(history, identity.Shown, identity.USE_TOKEN, identity.CHANGE_ACCOUNT):
        yield Use(_access(shown.session), shown.at, _accepted(operation), operation.invoked_ns, operation.id)
    for operation, refresh in inputs(history, identity.Refresh, identity.REFRESH_TOKENS):
        yield Use(_refresh(refresh.session), refresh.at, _accepted(operation), operation.invoked_ns, operation.id)


def _accepted(operation: Operation) -> bool | None:
    """Whether the token was accepted; None when that is unknown (a 5xx, no answer, a malformed request)."""
    if operation.ok or operation.status in LET_IN:
        return True
    return False if operation.status == SHUT_OUT else None


def _access(session: str) -> str:
    return f"{session} (access)"


def _refresh(session: str) -> str:
    return f"{session} (refresh)"
