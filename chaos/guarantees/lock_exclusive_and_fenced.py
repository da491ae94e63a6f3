"""Redlock is exclusive under its assumptions; when they do not hold, fencing tokens refuse the overtaken holder's writes.

A hold is known by its fencing token, which is drawn only by an instance that was granted the lock. Two questions are judged
(`chaos.guarantees.locks`): whether the masters granted a lock that one of them still had to keep, and whether a holder went on
when its TTL had run out; and so is when was written under a token (`lock_writes`). A grant without a quorum, a write under a
lower token, or under one that was not given for that product, are never excused. A hold that nobody released needs a fault of
its holder or on its way to the masters.
"""

from collections.abc import Iterable, Iterator

from chaos.guarantees import locks
from chaos.guarantees.faults_in_force import InForce, in_force
from chaos.guarantees.lock_writes import written_while_held
from chaos.observations.locks import GrantRow
from harness.checkers import FencedWrite, Hold, mutually_exclusive, never_overtaken
from harness.history import History
from harness.verdict import Finding, Violation, guarantee

SHORTLY_NS = 1_000_000_000
"""A holder that went on for so long after its TTL may have been late by the load of the machine."""


@guarantee
def lock_exclusive_and_fenced(history: History) -> Finding:
    """Two holders at once only where Redlock's own assumptions were broken on purpose; the lower token writes nothing."""
    rows, faults, writes = locks.grants(history), in_force(history), locks.fenced_writes(history)
    known = {(row.resource, locks.reference(row)): row for row in rows}

    def excused(earlier: Hold, later: Hold) -> bool:
        before, after = (known[each.resource, each.reference] for each in (earlier, later))
        return locks.forgotten(faults, before, after)

    apart = mutually_exclusive(map(locks.hold, rows), excused)
    fenced = never_overtaken(writes)
    found = Finding(
        judged=apart.judged,
        violations=(
            *apart.violations,
            *_without_quorum(rows),
            *fenced.violations,
            *_without_grant(rows, writes),
            *_never_released(history, rows, faults),
        ),
        counts={**apart.counts, "writes under a token": fenced.judged},
    )
    return found + _outlived(rows, faults) + written_while_held(history, rows, faults)


def _outlived(rows: tuple[GrantRow, ...], faults: tuple[InForce, ...]) -> Finding:
    """Holders that went on after their TTL had run out at a quorum."""
    violations = []
    counts = {"holds beyond their TTL that were to be expected": 0, "holds beyond their TTL that prove nothing": 0}
    for row in rows:
        if row.until_ns is None or (late_ns := row.sure_ns - row.error_ns - row.until_ns) <= 0:
            continue
        if locks.kept_from_extending(faults, row):
            counts["holds beyond their TTL that were to be expected"] += 1
        elif row.out_of_sight or late_ns <= SHORTLY_NS:
            counts["holds beyond their TTL that prove nothing"] += 1
        else:
            violations.append(
                Violation(
                    what=f"{row.holder} still held {row.resource} (token {row.token}) {late_ns / 1e9:.3f} s after its TTL had"
                    " run out at a quorum, though nothing kept it from extending it",
                    facts={"resource": row.resource, "holder": row.holder, "token": row.token, "late_ns": late_ns},
                )
            )
    return Finding(judged=0, violations=tuple(violations), counts=counts)


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


def _never_released(history: History, rows: tuple[GrantRow, ...], faults: tuple[InForce, ...]) -> Iterator[Violation]:
    for row in rows:
        end_ns = row.end_ns if row.end_ns is not None else history.span_ns[1]
        if row.ending == "expired" and not locks.kept_from_releasing(faults, row, end_ns):
            yield Violation(
                what=f"{row.holder} never released {row.resource} (token {row.token}), though nothing kept it from that:"
                " the lock ended with its TTL",
                facts={"resource": row.resource, "holder": row.holder, "token": row.token},
            )
