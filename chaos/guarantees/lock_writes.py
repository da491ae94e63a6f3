"""What is written under a fencing token is written while the lock is held that the token was drawn for.

The ledger's time of an entry, by the database's clock, is compared with the hold's, by the clocks of the masters, within the
errors of both. Where a master's clock had jumped, nothing can be told. A write after the hold is excused by what may have made
it late: a pause of the holder, or trouble between it and the stock; then its fencing token decides.
"""

from collections.abc import Iterable, Iterator

from chaos.guarantees import locks, reading
from chaos.guarantees.faults_in_force import InForce
from chaos.observations.locks import GrantRow
from chaos.observations.stock import Movement, MovementRow
from harness.history import History
from harness.verdict import Finding, Violation

STOCK, DATABASE = "product-*", "mysql"
"""Patterns of those who write it."""
DISORDER_NS = 5_000_000
"""The times of two servers are compared with so much room, besides the errors of their clocks."""
PATIENT_NS = 1_000_000_000
"""A holder that released after so long may have given up waiting for the answer to its write."""


def written_while_held(history: History, rows: Iterable[GrantRow], faults: tuple[InForce, ...]) -> Finding:
    """Judge every reservation under a token of these holds whose time is known. Raises NotObservedError."""
    held = {(row.resource, row.token): row for row in rows}
    counts = dict.fromkeys(("writes while the lock was held", *_UNJUDGED), 0)
    violations = []
    for write in reading.movements(history):
        row = held.get((write.product_id, write.fence or 0))
        if write.kind is not Movement.RESERVE or write.created_ns is None or row is None:
            continue
        told, excuse = _judged(write, write.created_ns, row, faults)
        if told and not excuse:
            violations.append(Violation(what=told, facts={"resource": row.resource, "token": row.token, "entry": write.id}))
        else:
            counts[excuse or "writes while the lock was held"] += 1
    return Finding(judged=0, violations=tuple(violations), counts=counts)


_UNJUDGED = JUMPED, LATE, UNSURE = (
    "writes whose time nobody can tell",
    "writes after the lock that were to be expected",
    "writes after the lock that prove nothing",
)


def _judged(write: MovementRow, at_ns: int, row: GrantRow, faults: tuple[InForce, ...]) -> tuple[str, str]:
    """What is wrong with a write, or "", and what excuses it, or ""."""
    room_ns = row.error_ns + DISORDER_NS
    what = f"{row.resource}: entry {write.id} (order {write.order_id}) was written under token {row.token}"
    if any(fault.kind == "clock_jump" and fault.meets(row.begin_ns, at_ns, locks.RECOVERED_NS) for fault in faults):
        return what, JUMPED
    if row.granted_ns is not None and not row.out_of_sight and at_ns + room_ns < row.granted_ns:
        return f"{what} {(row.granted_ns - at_ns) / 1e9:.3f} s before {row.holder} was granted the lock", ""
    released = row.ending == "released"
    over_ns = row.end_ns if released else row.until_ns
    if over_ns is None or at_ns - room_ns <= over_ns:
        return "", ""
    late = f"{what} {(at_ns - over_ns) / 1e9:.3f} s after {row.holder}"
    late += " had released the lock" if released else "'s lock had ended with its TTL"
    if any(_made_late(row, at_ns, faults)) or (not released and locks.kept_from_extending(faults, row)):
        return late, LATE
    began_ns = row.drawn_ns or row.begin_ns
    unsure = over_ns - began_ns > PATIENT_NS if released else at_ns - over_ns <= PATIENT_NS
    return late, UNSURE if unsure or row.out_of_sight else ""


def _made_late(row: GrantRow, at_ns: int, faults: Iterable[InForce]) -> Iterator[bool]:
    """Whether each of the faults meanwhile may have made a write late: of its holder, of the stock, or between them."""
    for fault in faults:
        if fault.meets(row.begin_ns, at_ns, locks.RECOVERED_NS):
            yield any(map(fault.hits, (row.holder, STOCK, DATABASE)))
            yield bool(fault.callees(row.holder, STOCK) or fault.callees(STOCK, DATABASE))
