"""What the judge of the lock needs: who held it, which writes were done under which token, and what faults may excuse.

Redlock is exclusive as long as pauses and network delays stay below the TTL, clocks run at about the same speed, and masters
remember what they promised. Faults that take one of these away on purpose are listed here, and nowhere else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from chaos.guarantees import joining, reading
from chaos.observations.locks import LOCK_GRANTS, GrantRow
from chaos.observations.orders import PLACE_ORDER
from chaos.observations.stock import Movement
from harness.checkers import FencedWrite, Hold
from harness.history import FaultPhase, History


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something that Redlock rests on, and the faults (kind and pattern of the target) that take it away.

    With `of_holder` that excuses only holds of the very instance that was the target.
    """

    name: str
    faults: tuple[tuple[str, str], ...]
    of_holder: bool = False


ASSUMPTIONS = (
    Assumption("a holder is never paused for longer than the TTL", (("Pause", "order-*"),), of_holder=True),
    Assumption(
        "messages between holder and masters take much less than the TTL",
        (("OnEdges", "*->redis-lock-*"), ("Cut", "*->redis-lock-*"), ("Partition", "*redis-lock-*")),
    ),
    Assumption("masters remember the locks that they gave", (("Forget", "*redis-lock-*"), ("Flush", "*redis-lock-*"))),
    Assumption("clocks run at about the same speed", (("ClockJump", "*redis-lock-*"),)),
)
"""Killing a master breaks none of them: it answers nobody, and what it promised is on its disk."""

LEAD_NS = 5_000_000_000
"""A fault takes effect while it is being injected, which may take as long; it is on record when that is done."""


@dataclass(frozen=True, slots=True)
class Broken:
    """An assumption did not hold between two times (ns), because of a fault."""

    assumption: Assumption
    target: str
    begin_ns: int
    end_ns: int

    def excuses(self, hold: Hold) -> bool:
        """Whether a hold may have been lost by it before its end."""
        about = not self.assumption.of_holder or hold.holder == self.target
        return about and self.begin_ns <= hold.sure_ns and hold.began_ns <= self.end_ns


def broken(history: History) -> tuple[Broken, ...]:
    """When which assumptions did not hold."""
    return tuple(_broken(history))


def _broken(history: History) -> Iterator[Broken]:
    begun: dict[tuple[str, str], int] = {}
    for record in history.faults:
        key, assumption = (record.fault, record.target), _taken_away(record.kind, record.target)
        if assumption and record.phase is FaultPhase.INJECT:
            begun[key] = record.time_ns - LEAD_NS
        elif assumption and record.phase is FaultPhase.HEAL and key in begun:
            yield Broken(assumption, record.target, begun.pop(key), record.time_ns)
    for record in history.faults:
        key, assumption = (record.fault, record.target), _taken_away(record.kind, record.target)
        if assumption and key in begun:
            yield Broken(assumption, record.target, begun.pop(key), history.span_ns[1])


def _taken_away(kind: str, target: str) -> Assumption | None:
    for assumption in ASSUMPTIONS:
        if any(kind == each and fnmatchcase(target, pattern) for each, pattern in assumption.faults):
            return assumption
    return None


def grants(history: History) -> tuple[GrantRow, ...]:
    """Every hold of the lock. Raises NotObservedError."""
    return reading.rows(history, LOCK_GRANTS, GrantRow)


def hold(row: GrantRow) -> Hold:
    """A grant as the judge of mutual exclusion wants it: only what it surely covers, whatever the clocks' errors."""
    begin_ns = row.begin_ns + row.error_ns
    sure_ns = max(begin_ns, row.sure_ns - row.error_ns)
    return Hold(row.resource, row.holder, begin_ns, sure_ns, row.end_ns, f"token {row.token}")


def fenced_writes(history: History) -> tuple[FencedWrite, ...]:
    """Units set aside, in the ledger's order. Raises NotObservedError."""
    placed = joining.operations_by_order(history, PLACE_ORDER)
    return tuple(
        FencedWrite(row.product_id, row.fence, f"entry {row.id} (order {row.order_id})", placed.get(row.order_id or "", ()))
        for row in reading.movements(history)
        if row.kind is Movement.RESERVE
    )
