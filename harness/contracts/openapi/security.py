"""Rules about who may call: what a client has must stay enough, and what was closed must stay closed.

Schemes are compared by what they are, not by their names in the document.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.contracts.finding import Finding, Level
from harness.contracts.openapi.document import Document, Operation
from harness.contracts.openapi.registry import RULES
from harness.contracts.openapi.versions import Versions, of_operations

_ERR = Level.ERR
ADDED = RULES.declare("api-security-added", _ERR, "An operation that anybody could call needs credentials.")
REMOVED = RULES.declare("api-security-removed", _ERR, "An operation that needed credentials can be called by anybody.")
ALTERNATIVE_REMOVED = RULES.declare("api-security-alternative-removed", _ERR, "Credentials that were enough are not any more.")
SCOPE_ADDED = RULES.declare("api-security-scope-added", _ERR, "Credentials need a scope that they did not.")
SCOPE_REMOVED = RULES.declare(
    "api-security-scope-removed", Level.WARN, "Credentials without a scope that was needed are enough."
)
SCHEME_CHANGED = RULES.declare(
    "api-security-scheme-changed", _ERR, "Credentials are presented otherwise, or are of another kind."
)
ALTERNATIVE_ADDED = RULES.declare("api-security-alternative-added", Level.INFO, "There is one more kind of credentials.")

_MEANT = ("type", "scheme", "in", "name", "openIdConnectUrl")
"""What makes a scheme; bearerFormat is a hint, and where tokens come from is not how they are presented."""


@dataclass(frozen=True)
class _Way:
    """One way to be let in: schemes that must all be satisfied (names in the document; what they are) and their scopes."""

    names: frozenset[str]
    schemes: frozenset[str]
    scopes: frozenset[tuple[str, str]]


@of_operations
def security(versions: Versions, old: Operation, new: Operation) -> Iterator[Finding]:
    """What has become of the credentials that an operation asks for."""
    before, now = _ways(versions.old, old), _ways(versions.new, new)
    open_before, open_now = _open(before), _open(now)
    if open_before or open_now:
        if open_before != open_now:
            yield RULES.found(ADDED if open_before else REMOVED, old.name)
        return
    for was in before:
        yield from _judged(was, now, old.name)
    for way in now:
        if not any(way.schemes == was.schemes or way.names == was.names for was in before):
            yield RULES.found(ALTERNATIVE_ADDED, old.name, " and ".join(sorted(way.names)))


def _judged(was: _Way, now: list[_Way], where: str) -> Iterator[Finding]:
    said = " and ".join(sorted(was.names))
    enough = [way for way in now if way.schemes <= was.schemes]
    if any(way.scopes <= was.scopes for way in enough):
        if not any(way.scopes >= was.scopes for way in enough):
            yield RULES.found(SCOPE_REMOVED, where, said)
    elif enough:
        missing = ", ".join(sorted({scope for way in enough for _, scope in way.scopes - was.scopes}))
        yield RULES.found(SCOPE_ADDED, where, f"{said}: {missing}")
    else:
        turned = any(way.names == was.names for way in now)
        yield RULES.found(SCHEME_CHANGED if turned else ALTERNATIVE_REMOVED, where, said)


def _open(ways: list[_Way]) -> bool:
    return not ways or any(not way.schemes for way in ways)


def _ways(document: Document, operation: Operation) -> list[_Way]:
    return [_way(document, requirement) for requirement in operation.security]


def _way(document: Document, requirement: Mapping[str, Any]) -> _Way:
    known = document.raw.get("components", {}).get("securitySchemes", {})
    meant = {name: _scheme(document.references.resolved(known.get(name, {"type": name}))) for name in requirement}
    scopes = frozenset((meant[name], scope) for name, needed in requirement.items() for scope in needed)
    return _Way(frozenset(requirement), frozenset(meant.values()), scopes)


def _scheme(scheme: Mapping[str, Any]) -> str:
    return json.dumps({key: str(scheme[key]).lower() for key in _MEANT if key in scheme}, sort_keys=True)
