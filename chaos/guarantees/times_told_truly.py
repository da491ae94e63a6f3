"""Times in answers, by the offsets of the clocks from the history's: made when it was asked for, ending when promised.

Databases stamp orders and products, services stamp tokens with the machine's clock. A time may be off by what was not measured:
the error of the offsets, and clocks that are stepped by little. Not for runs in which a clock is stepped on purpose.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from chaos.guarantees import joining, reading
from chaos.observations import catalogue, clocks, identity
from chaos.observations.orders import AT_THE_SHOP, PLACE_ORDER
from harness.history import History, Operation
from harness.verdict import Finding, Violation, guarantee

SLACK_NS = 1_500_000_000
"""For whole seconds in tokens, and for clocks that are stepped by little."""
ACCESS_S, REFRESH_S = 15 * 60, 14 * 24 * 3600
"""How long tokens last, as the shop documents it."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Told:
    """A time in an answer, and the two between which it must lie (ns of the history)."""

    operation: Operation
    what: str
    at_ns: int
    least_ns: int
    most_ns: int

    def breach(self) -> Violation | None:
        """What is wrong with it."""
        off_s = max(self.least_ns - SLACK_NS - self.at_ns, self.at_ns - self.most_ns - SLACK_NS) / 1e9
        if off_s <= 0:
            return None
        return Violation(
            what=f"operation {self.operation.id} ({self.operation.name}) told {self.what} that is {off_s:.1f} s off",
            operations=(self.operation.id,),
            facts={"off_s": off_s},
        )


@guarantee
def times_told_truly(history: History) -> Finding:
    """Times in answers are true: things were made when they were asked for, and tokens end when the shop promises."""
    offsets = {row.clock: row.offset_ns for row in reading.rows(history, clocks.CLOCKS, clocks.ClockRow)}
    machine = offsets.get(clocks.THIS_MACHINE, 0)
    database = next((offset for name, offset in offsets.items() if name.startswith(clocks.DATABASE)), machine)
    told = [] if not offsets else [*_tokens(history, machine), *_made(history, database), *_updated(history, database)]
    return Finding(
        judged=len(told),
        violations=tuple(found for each in told if (found := each.breach())),
        counts={"orders": sum(each.operation.name in AT_THE_SHOP for each in told)},
    )


def _tokens(history: History, offset_ns: int) -> Iterable[Told]:
    first: dict[object, int] = {}
    for operation in history.named(identity.LOG_IN, identity.REFRESH_TOKENS):
        session = operation.input.get("session")
        began_ns = first.setdefault(session, operation.invoked_ns) if "next" in operation.input else operation.invoked_ns
        if not operation.ok or operation.completed_ns is None:
            continue
        for name, lasts_s in (("expires_at", ACCESS_S), ("refresh_expires_at", REFRESH_S)):
            at_ns = _moment(operation.output.get(name), offset_ns)
            if at_ns is not None:
                begin_ns, end_ns = (each + lasts_s * 1_000_000_000 for each in (began_ns, operation.completed_ns))
                yield Told(operation, name, at_ns, begin_ns, end_ns)


def _made(history: History, offset_ns: int) -> Iterable[Told]:
    """Orders and products were made between the first request for them and its answer."""
    first: dict[tuple[object, object], int] = {}
    for operation in history.named(PLACE_ORDER, catalogue.CREATE_PRODUCT):
        key = (operation.input.get("user_id"), operation.input.get("key", operation.id))
        began_ns = first.setdefault(key, operation.invoked_ns)
        at_ns = _moment(operation.output.get("created_at"), offset_ns) if operation.ok else None
        if at_ns is not None and operation.completed_ns is not None:
            yield Told(operation, "created_at", at_ns, began_ns, operation.completed_ns)


def _updated(history: History, offset_ns: int) -> Iterable[Told]:
    """An order was changed after it was made, and before it was shown."""
    for operation in history.named(*AT_THE_SHOP):
        if joining.status_told(operation) is None or operation.completed_ns is None:
            continue
        made, changed = (_moment(operation.output.get(name), offset_ns) for name in ("created_at", "updated_at"))
        if made is not None and changed is not None:
            yield Told(operation, "updated_at", changed, made, operation.completed_ns)


def _moment(told: object, offset_ns: int) -> int | None:
    """A time of the history (ns)."""
    if not isinstance(told, str):
        return None
    moment = datetime.fromisoformat(told)
    if moment.tzinfo is None:
        return None
    return round((moment - EPOCH).total_seconds() * 1e9) - offset_ns
