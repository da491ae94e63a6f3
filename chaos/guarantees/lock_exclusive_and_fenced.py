"""Redlock is exclusive under its assumptions; when they do not hold, fencing tokens refuse the overtaken holder's writes.

A hold is known by its fencing token, which is drawn only by an instance that was granted the lock. An overlap is excused only
by a recorded fault that breaks an assumption of Redlock (`locks.ASSUMPTIONS`); a grant without a quorum, a write under a
lower token, or under one that was not given for that product, are never excused. A hold that nobody released needs a fault of
its holder or on its way to the masters.
"""

from collections.abc import Iterable, Iterator

from chaos.guarantees import locks
from chaos.observations.locks import GrantRow
from harness.checkers import FencedWrite, Hold, mutually_exclusive, never_overtaken
from harness.history import History
from harness.verdict import Finding, Violation, guarantee


@guarantee
def lock_exclusive_and_fenced(history: History) -> Finding:
    """Two holders at once only where Redlock's own assumptions were broken on purpose; the lower token writes nothing."""
    rows = locks.grants(history)
    broken = locks.broken(history)
    writes = locks.fenced_writes(history)

    def excused(earlier: Hold, _later: Hold) -> bool:
        return any(each.excuses(earlier) for each in broken)

    apart = mutually_exclusive(map(locks.hold, rows), excused)
    fenced = never_overtaken(writes)
    return Finding(
        judged=apart.judged,
        violations=(
            *apart.violations,
            *_without_quorum(rows),
            *fenced.violations,
            *_without_grant(rows, writes),
            *_never_released(history, rows),
        ),
        counts={**apart.counts, "writes under a token": fenced.judged, "assumptions broken on purpose": len(broken)},
    )


def _without_quorum(rows: tuple[GrantRow, ...]) -> tuple[Violation, ...]:
    return tuple(
        Violation(
            what=f"{row.holder} believed to hold {row.resource} (token {row.token}) by the word of {row.votes} masters;"
            f" {row.quorum} are a quorum",
            facts={"resource": row.resource, "holder": row.holder, "token": row.token, "votes": row.votes},
        )
        for row in rows
        if row.votes + row.unseen < row.quorum
    )


def _without_grant(rows: tuple[GrantRow, ...], writes: Iterable[FencedWrite]) -> Iterator[Violation]:
    """Writes under a token that was not given for their product. Older tokens than the first one seen are not judged."""
    given: dict[int, list[GrantRow]] = {}
    for row in rows:
        given.setdefault(row.token, []).append(row)
    first = min(given, default=0)
    for write in writes:
        if write.token is None or not given or write.token < first:
            continue
        holds = given.get(write.token, [])
        if all(row.resource != write.resource for row in holds):
            whose = f"given for {', '.join(sorted(row.resource for row in holds))}" if holds else "given to nobody"
            yield Violation(
                what=f"{write.resource}: {write.reference} was written under token {write.token}, which was {whose}",
                operations=write.operations,
                facts={"resource": write.resource, "token": write.token},
            )


def _never_released(history: History, rows: tuple[GrantRow, ...]) -> Iterator[Violation]:
    for row in rows:
        if row.ending == "expired" and not locks.disturbed(history, row):
            yield Violation(
                what=f"{row.holder} never released {row.resource} (token {row.token}), though nothing kept it from that:"
                " the lock ended with its TTL",
                facts={"resource": row.resource, "holder": row.holder, "token": row.token},
            )
