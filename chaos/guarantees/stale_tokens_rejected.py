"""Revocation: tokens issued before an acknowledged change of their account are refused by every instance.

Access and refresh tokens, at every gateway and every instance of the user service. A change that was not acknowledged (503, or
no answer) may or may not have revoked them, so it is not judged; a refused one (4xx) revoked none. A refresh token that is
refused because it was used before ends its family: all that descend from the same login.
"""

from collections.abc import Iterable

from chaos.guarantees.reading import inputs
from chaos.observations import identity
from harness.checkers import Issue, Revocation, Use, revoked
from harness.history import History, Operation
from harness.verdict import Finding, Violation, guarantee

LET_IN = frozenset({403, 404, 409})
"""Refusals that imply an accepted token: authorization or validation failed, not authentication."""
SHUT_OUT = 401
REPLAYED = "REFRESH_TOKEN_REUSED"


@guarantee
def stale_tokens_rejected(history: History) -> Finding:
    """After an acknowledged change of a user no older token is accepted, by any instance."""
    finding = revoked(_issues(history), _changes(history), _uses(history))
    replayed = sum(each.output.get("code") == REPLAYED for each in history.named(identity.REFRESH_TOKENS))
    return finding + Finding(
        judged=0, violations=tuple(_ended_families(history)), counts={"refresh tokens refused as used before": replayed}
    )


def _ended_families(history: History) -> Iterable[Violation]:
    """Refresh tokens that worked after another of their family had been refused as used before."""
    shown = list(inputs(history, identity.Refresh, identity.REFRESH_TOKENS))
    parent = {refresh.next: refresh.session for operation, refresh in shown if operation.ok}

    def root(session: str) -> str:
        while session in parent:
            session = parent[session]
        return session

    ended: dict[str, Operation] = {}
    for operation, refresh in sorted(shown, key=lambda each: each[0].completed_ns or 0):
        if operation.status == SHUT_OUT and operation.output.get("code") == REPLAYED:
            ended.setdefault(root(refresh.session), operation)
    for operation, refresh in shown:
        replay = ended.get(root(refresh.session))
        if operation.ok and replay is not None and (replay.completed_ns or 0) < operation.invoked_ns:
            yield Violation(
                what=f"operation {operation.id}: the refresh token of {refresh.session} worked at {refresh.at}, though one of"
                f" its family had been refused as used before by operation {replay.id}",
                operations=(replay.id, operation.id),
                facts={"session": refresh.session},
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
