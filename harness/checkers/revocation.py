"""Revocation: a token issued to a subject before an acknowledged change of it is refused by every verifier after it.

Only operations that do not overlap are ordered: an issue that ended before the change began, a use that began after the
change was acknowledged. Overlapping ones may be accepted or refused.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from harness.verdict import Finding, Violation


@dataclass(frozen=True, slots=True)
class Issue:
    """`token` was issued to `subject` by an operation that ended then (ns)."""

    token: str
    subject: str
    ended_ns: int
    operation: int


@dataclass(frozen=True, slots=True)
class Revocation:
    """An acknowledged change of `subject` between two times (ns); tokens issued before it are void. `what` names it."""

    subject: str
    what: str
    began_ns: int
    ended_ns: int
    operation: int


@dataclass(frozen=True, slots=True)
class Use:
    """`token` was used at `verifier`. `accepted` is None when that is unknown."""

    token: str
    verifier: str
    accepted: bool | None
    began_ns: int
    operation: int


class _Revocations:
    """The revocations of one subject, indexed to find the first acknowledged of those that began after a time."""

    def __init__(self) -> None:
        self._all: list[Revocation] = []
        self._began: list[int] = []
        self._first: list[Revocation] = []

    def add(self, revocation: Revocation) -> None:
        self._all.append(revocation)

    def prepare(self) -> None:
        self._all.sort(key=lambda each: each.began_ns)
        self._began = [each.began_ns for each in self._all]
        self._first = self._all[:]
        for place in range(len(self._first) - 2, -1, -1):
            self._first[place] = min(self._first[place], self._first[place + 1], key=lambda each: each.ended_ns)

    def first_after(self, moment_ns: int) -> Revocation | None:
        place = bisect_right(self._began, moment_ns)
        return self._first[place] if place < len(self._first) else None


def revoked(issues: Iterable[Issue], revocations: Iterable[Revocation], uses: Iterable[Use], *, kind: str = "token") -> Finding:
    """Judge every answered use of a void token: it was refused.

    Uses of valid tokens, and uses without an answer, are counted. A token whose issue is not in the history is not judged.
    """
    issued = {issue.token: issue for issue in issues}
    known: dict[str, _Revocations] = {}
    for change in revocations:
        known.setdefault(change.subject, _Revocations()).add(change)
    for each in known.values():
        each.prepare()
    judged = in_force = unanswered = 0
    verifiers: set[str] = set()
    violations = []
    for use in uses:
        issue = issued.get(use.token)
        if issue is None:
            continue
        of_subject = known.get(issue.subject)
        revocation = of_subject.first_after(issue.ended_ns) if of_subject else None
        if revocation is None or revocation.ended_ns >= use.began_ns:
            in_force += use.accepted is True
        elif use.accepted is None:
            unanswered += 1
        else:
            judged += 1
            verifiers.add(use.verifier)
            if use.accepted:
                violations.append(_breach(kind, issue, revocation, use))
    return Finding(
        judged=judged,
        violations=tuple(violations),
        counts={
            f"{kind}s accepted in force": in_force,
            "void and not answered": unanswered,
            "verifiers shown a void one": len(verifiers),
        },
    )


def _breach(kind: str, issue: Issue, revocation: Revocation, use: Use) -> Violation:
    late_ms = (use.began_ns - revocation.ended_ns) / 1e6
    return Violation(
        what=f"{kind} {use.token} of {issue.subject} was accepted by {use.verifier},"
        f" shown {late_ms:.1f} ms after {revocation.what} had been acknowledged",
        operations=(issue.operation, revocation.operation, use.operation),
        facts={"subject": issue.subject, kind: use.token, "verifier": use.verifier, "late_ms": late_ms},
    )
