"""Holds of the lock, fenced writes, and the faults that excuse what must not happen otherwise.

Two questions, each with excuses of its own. As the masters saw it, a hold is over when it was released or when its TTL had run
out at a quorum; before that nobody else is granted the lock, whatever happened to holders and messages: only masters that lost
their keys, or whose clocks jumped, may grant it twice (`FORGETTING`). As its holder believed, it may last longer: when the
holder was paused, or could not reach a quorum (`kept_from_extending`).
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from chaos.guarantees import joining, reading
from chaos.guarantees.faults_in_force import InForce
from chaos.observations.locks import LOCK_GRANTS, GrantRow
from chaos.observations.orders import PLACE_ORDER
from chaos.observations.stock import Movement
from harness.checkers import FencedWrite, Hold
from harness.history import History

MASTERS = "redis-lock-*"
"""Pattern of the servers that grant the lock."""
FORGETTING = frozenset({"forget", "flush", "clock_jump"})
"""Kinds of faults after which a master grants what it had granted: its keys are gone, or expire early. Killing a master is
none: its keys are on its disk. Nor is filling its disk: it keeps its keys in memory, and grants nothing new.
"""
STOPPING = frozenset({"pause", "kill", "kill_waiting"})
"""Kinds of faults by which a holder cannot act."""
RECOVERED_NS = 5_000_000_000
"""For so long after a fault its effects may last: messages under way arrive late, connections are made anew."""
EXTENDED_NS = 8_000_000_000
"""What kept a holder from extending its lock was in force at most so long before the TTL ran out: the longest TTL in use."""
EXACT_NS = 50_000_000
"""Masters round expiry times to ms, and may tell late what they did: a TTL surely lasts until so long before its told end."""


def grants(history: History) -> tuple[GrantRow, ...]:
    """Every hold of the lock. Raises NotObservedError."""
    return reading.rows(history, LOCK_GRANTS, GrantRow)


def hold(row: GrantRow) -> Hold:
    """A grant as the masters saw it, as input of `mutually_exclusive`: the interval it covers for certain, within the clocks'
    errors. Where the end of its TTL is not known, only its beginning is certain.
    """
    begin_ns = row.begin_ns + row.error_ns
    until_ns = row.begin_ns if row.until_ns is None else row.until_ns - EXACT_NS
    sure_ns = max(begin_ns, min(row.sure_ns, until_ns) - row.error_ns)
    return Hold(row.resource, row.holder, begin_ns, sure_ns, row.end_ns, reference(row))


def reference(row: GrantRow) -> str:
    """What a hold is called in the evidence."""
    return f"token {row.token}"


def forgotten(faults: Iterable[InForce], earlier: GrantRow, later: GrantRow) -> bool:
    """Whether every master that granted both holds may have forgotten the earlier one."""
    sure_ns = hold(earlier).sure_ns
    forgot = {
        master
        for fault in faults
        if fault.kind in FORGETTING and fault.meets(earlier.begin_ns, sure_ns)
        for master in fault.members
        if fnmatchcase(master, MASTERS)
    }
    return set(earlier.set_at) & set(later.set_at) <= forgot


def kept_from_extending(faults: Iterable[InForce], row: GrantRow) -> bool:
    """Whether its holder was stopped, or could not reach a quorum of the masters in time, before or after the TTL ran out."""
    if row.until_ns is None:
        return True
    felt = [fault for fault in faults if fault.meets(row.until_ns - EXTENDED_NS, row.sure_ns, RECOVERED_NS)]
    return stopped(felt, row.holder) or len(unreachable(felt, row.holder)) >= row.quorum


def kept_from_releasing(faults: Iterable[InForce], row: GrantRow, end_ns: int) -> bool:
    """Whether its holder was hit, or every master that granted the hold was out of its reach at some time until `end_ns`."""
    felt = [fault for fault in faults if fault.meets(row.begin_ns, end_ns)]
    return any(fault.hits(row.holder) for fault in felt) or set(row.set_at) <= unreachable(felt, row.holder)


def stopped(faults: Iterable[InForce], holder: str) -> bool:
    """Whether one of these faults kept a holder from acting."""
    return any(fault.kind in STOPPING and fault.hits(holder) for fault in faults)


def unreachable(faults: Iterable[InForce], holder: str) -> frozenset[str]:
    """The masters that one of these faults was done to, or to the holder's edge to them."""
    found: set[str] = set()
    for fault in faults:
        found |= {member for member in fault.members if fnmatchcase(member, MASTERS)}
        found |= fault.callees(holder, MASTERS)
    return frozenset(found)


def fenced_writes(history: History) -> tuple[FencedWrite, ...]:
    """Reservations of units, in the ledger's order. Raises NotObservedError."""
    placed = joining.operations_by_order(history, PLACE_ORDER)
    return tuple(
        FencedWrite(row.product_id, row.fence, f"entry {row.id} (order {row.order_id})", placed.get(row.order_id or "", ()))
        for row in reading.movements(history)
        if row.kind is Movement.RESERVE
    )
