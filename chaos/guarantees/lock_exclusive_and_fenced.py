"""Redlock is exclusive under its assumptions; when they do not hold, fencing tokens refuse the overtaken holder's writes.

A hold is known by its fencing token, which is drawn only by an instance that was granted the lock. An overlap is excused only
by a recorded fault that breaks an assumption of Redlock (`locks.ASSUMPTIONS`); a grant without a quorum and a write under a
lower token are never excused.
"""

from chaos.guarantees import locks
from chaos.observations.locks import GrantRow
from harness.checkers import Hold, mutually_exclusive, never_overtaken
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
        violations=apart.violations + _without_quorum(rows) + fenced.violations,
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
