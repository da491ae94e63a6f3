"""Revocation: tokens issued before an acknowledged change of their account are refused by every instance.

Access and refresh tokens, at every gateway and every instance of the user service. A change that was not acknowledged (503, or
no answer) may or may not have revoked them, so it is not judged; a refused one (4xx) revoked none.
"""

from collections.abc import Iterable

from chaos.guarantees.reading import inputs
from chaos.observations import identity
from harness.checkers import Issue, Revocation, Use, revoked
from harness.history import History, Operation
from harness.verdict import Finding, guarantee

LET_IN = frozenset({403, 404, 409})
"""Refusals that imply an accepted token: authorization or validation failed, not authentication."""
SHUT_OUT = 401


@guarantee
def stale_tokens_rejected(history: History) -> Finding:
    """After an acknowledged change of a user no older token is accepted, by any instance."""
    return revoked(_issues(history), _changes(history), _uses(history))


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
    for operation, own in inputs(history, identity.Shown, identity.CHANGE_ACCOUNT):
        yield from _revocation(operation, own.user_id, f"a change of the {own.what}")
    for operation, given in inputs(history, identity.RoleChange, identity.CHANGE_ROLE):
        yield from _revocation(operation, given.user_id, f"the role {given.role}")


def _revocation(operation: Operation, user_id: str, what: str) -> Iterable[Revocation]:
    if operation.ok and operation.completed_ns is not None:
        yield Revocation(user_id, what, operation.invoked_ns, operation.completed_ns, operation.id)


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
