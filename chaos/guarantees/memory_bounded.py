"""Memory that grows with what strangers send: compared before the workload and at rest after it."""

from chaos.guarantees import reading
from chaos.observations.health_over_time import MEMORY, MemoryRow
from harness.history import History
from harness.verdict import Finding, Violation, guarantee

MEBIBYTE = 1 << 20
GROWTH = 128 * MEBIBYTE
"""Bytes by which a process may grow: caches and pools fill within minutes; a leak of bodies of 1 MiB each does not stop."""


@guarantee
def memory_bounded(history: History) -> Finding:
    """No service grows by more than 128 MiB, whatever it is sent."""
    compared = [(row, row.before) for row in reading.rows(history, MEMORY, MemoryRow) if row.before is not None]
    violations = tuple(
        Violation(
            what=f"{row.member} grew from {before // MEBIBYTE} to {row.after // MEBIBYTE} MiB",
            facts={"member": row.member, "before": before, "after": row.after},
        )
        for row, before in compared
        if row.after - before > GROWTH
    )
    largest = max((row.after - before for row, before in compared), default=0)
    return Finding(judged=len(compared), violations=violations, counts={"largest growth in MiB": largest // MEBIBYTE})
