"""Holds of the lock, fenced writes, and the faults that excuse an overlap of holds.

Redlock is exclusive as long as pauses and network delays stay below the TTL, clocks run at about the same speed, and masters
keep their keys. The faults that break one of these assumptions are listed here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from chaos.guarantees import joining, reading
from chaos.observations.locks import LOCK_GRANTS, GrantRow
from chaos.observations.orders import PLACE_ORDER
from chaos.observations.stock import Movement
from harness.checkers import FencedWrite, Hold
from harness.history import Fault, FaultPhase, History

HOLDERS, MASTERS = "order-*", "redis-lock-*"
"""Patterns of the instances that acquire the lock, and of the servers that grant it."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """An assumption of Redlock, and the faults that break it: by kind, and by member or edge.

    `members` is a pattern of a member that a fault of these kinds is done to. With `lock_edges` it is done to an edge between
    an instance of order and a master. With `of_holder` it excuses only holds of the instance that was hit.
    """

    name: str
    kinds: frozenset[str]
    members: str = ""
    lock_edges: bool = False
    of_holder: bool = False

    def taken_away_by(self, fault: Fault) -> bool:
        """Whether a fault breaks it."""
        if fault.spec is None or fault.spec.kind not in self.kinds:
            return False
        if self.lock_edges:
            return any(fnmatchcase(edge.caller, HOLDERS) and fnmatchcase(edge.callee, MASTERS) for edge in fault.spec.edges)
        return any(fnmatchcase(member, self.members) for member in fault.members)


ASSUMPTIONS = (
    Assumption("a holder is never paused for longer than the TTL", frozenset({"pause"}), HOLDERS, of_holder=True),
    Assumption(
        "messages between holder and masters take much less than the TTL",
        frozenset({"toxic", "cut", "partition", "stall"}),
        lock_edges=True,
    ),
    Assumption("masters remember the locks that they gave", frozenset({"forget", "flush"}), MASTERS),
    Assumption("clocks run at about the same speed", frozenset({"clock_jump"}), MASTERS),
)
"""Killing a master breaks none of them: it grants nothing while it is down, and its keys are on its disk. Nor
does filling its disk: it keeps its keys in memory, and grants nothing new."""

LEAD_NS = 5_000_000_000
"""Injection takes up to so long, and the fault has effect during it; INJECT is recorded at its end."""


@dataclass(frozen=True, slots=True)
class Broken:
    """An assumption did not hold between two times (ns), because of a fault."""

    assumption: Assumption
    members: tuple[str, ...]
    begin_ns: int
    end_ns: int

    def excuses(self, hold: Hold) -> bool:
        """Whether a hold may have ended early by it."""
        about = not self.assumption.of_holder or hold.holder in self.members
        return about and self.begin_ns <= hold.sure_ns and hold.began_ns <= self.end_ns


def broken(history: History) -> tuple[Broken, ...]:
    """The intervals in which an assumption did not hold."""
    return tuple(_broken(history))


def _broken(history: History) -> Iterator[Broken]:
    begun: dict[str, int] = {}
    for record in history.faults:
        key, assumption = record.fault, _taken_away(record)
        if assumption and record.phase is FaultPhase.INJECT:
            begun[key] = record.time_ns - LEAD_NS
        elif assumption and record.phase is FaultPhase.HEAL and key in begun:
            yield Broken(assumption, record.members, begun.pop(key), record.time_ns)
    for record in history.faults:
        key, assumption = record.fault, _taken_away(record)
        if assumption and key in begun:
            yield Broken(assumption, record.members, begun.pop(key), history.span_ns[1])


def _taken_away(fault: Fault) -> Assumption | None:
    return next((each for each in ASSUMPTIONS if each.taken_away_by(fault)), None)


def grants(history: History) -> tuple[GrantRow, ...]:
    """Every hold of the lock. Raises NotObservedError."""
    return reading.rows(history, LOCK_GRANTS, GrantRow)


def hold(row: GrantRow) -> Hold:
    """A grant as input of `mutually_exclusive`: the interval it covers for certain, within the clocks' errors."""
    begin_ns = row.begin_ns + row.error_ns
    sure_ns = max(begin_ns, row.sure_ns - row.error_ns)
    return Hold(row.resource, row.holder, begin_ns, sure_ns, row.end_ns, f"token {row.token}")


def fenced_writes(history: History) -> tuple[FencedWrite, ...]:
    """Reservations of units, in the ledger's order. Raises NotObservedError."""
    placed = joining.operations_by_order(history, PLACE_ORDER)
    return tuple(
        FencedWrite(row.product_id, row.fence, f"entry {row.id} (order {row.order_id})", placed.get(row.order_id or "", ()))
        for row in reading.movements(history)
        if row.kind is Movement.RESERVE
    )


def disturbed(history: History, row: GrantRow) -> bool:
    """Whether a fault of its holder, of a master, or of an edge between was in force during a hold."""
    end_ns = row.end_ns if row.end_ns is not None else history.span_ns[1]
    begun: dict[str, int] = {}
    for record in history.faults:
        if not _about(record, row.holder):
            continue
        if record.phase is FaultPhase.INJECT:
            begun[record.fault] = record.time_ns - LEAD_NS
        elif record.phase is FaultPhase.HEAL:
            since = begun.pop(record.fault, end_ns + 1)
            if since <= end_ns and record.time_ns >= row.begin_ns:
                return True
    return any(since <= end_ns for since in begun.values())


def _about(fault: Fault, holder: str) -> bool:
    edges = fault.spec.edges if fault.spec else ()
    on_lock = any(fnmatchcase(edge.caller, HOLDERS) and fnmatchcase(edge.callee, MASTERS) for edge in edges)
    return on_lock or any(member == holder or fnmatchcase(member, MASTERS) for member in fault.members)
