"""Fencing: after a grant with a higher token, no write under a lower one succeeds.

Every write carries the token of its grant, and tokens rise with the grants. So in the ledger of the protected resource they
never fall; a write under a lower token than an earlier one is that of an overtaken holder.
(Kleppmann, "How to do distributed locking", 2016.)
"""

from collections.abc import Iterable
from dataclasses import dataclass

from harness.verdict import Finding, Violation


@dataclass(frozen=True, slots=True)
class FencedWrite:
    """A write to `resource`; `token` is None for a write without one. `reference` names the ledger's entry."""

    resource: str
    token: int | None
    reference: str = ""
    operations: tuple[int, ...] = ()


def never_overtaken(writes: Iterable[FencedWrite]) -> Finding:
    """Judge every write, in ledger order: it has a token, and none before it to the same resource had a higher one."""
    judged = 0
    violations = []
    highest: dict[str, FencedWrite] = {}
    for write in writes:
        judged += 1
        before = highest.get(write.resource)
        if write.token is None:
            violations.append(_breach(write, f"{write.resource}: {write.reference} was written under no token"))
        elif before is not None and before.token is not None and write.token < before.token:
            told = f"{write.resource}: {write.reference} was written under token {write.token} after {before.reference}"
            violations.append(_breach(write, f"{told} had been written under token {before.token}"))
        else:
            highest[write.resource] = write
    return Finding(judged=judged, violations=tuple(violations))


def _breach(write: FencedWrite, what: str) -> Violation:
    facts = {"resource": write.resource, "token": write.token, "entry": write.reference}
    return Violation(what=what, operations=write.operations, facts=facts)
