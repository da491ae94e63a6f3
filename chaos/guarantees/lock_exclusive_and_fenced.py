"""The lock keeps holders apart as long as Redlock can, and when it cannot, the fence keeps the late one from writing.

Holds are those of tokens drawn: whoever drew one believed to hold the lock. Exclusion is excused only by a fault on record
that takes away what Redlock rests on (`locks.ASSUMPTIONS`); a lock without a quorum and a write under a lower token are
excused by nothing.
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
