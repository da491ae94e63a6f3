"""How many units of a product can have been available when: what staff set, what orders took, and what they gave back.

An order takes its units between the first request under its key and the first answer that says so; one whose fate is unknown
may have taken them at any time, or never.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from chaos.guarantees import joining, reading
from chaos.guarantees.reading import inputs
from chaos.observations import catalogue
from chaos.observations.orders import CANCEL_ORDER, COMPLETE_ORDER, ORDERS, PLACE_ORDER, READ_ORDER
from chaos.observations.stock import RESERVATIONS, Movement
from harness.checkers.counter import FOREVER, NEVER, Counter, Setting, Taking
from harness.history import Ending, History, Operation

SOLD_OUT, REJECTED = "OUT_OF_STOCK", "REJECTED"
TAKEN = frozenset({"RESERVED", "PAID"})
OVER = frozenset({"CANCELLED", "EXPIRED"})

Key = tuple[str, str]
"""A user and an idempotency key."""


@dataclass
class Purchase:
    """All requests under one key."""

    lines: dict[str, int]
    began_ns: int
    requests: list[Operation] = field(default_factory=list)
    order: str = ""
    mixed: bool = False

    def may_want(self, lines: Mapping[str, int]) -> None:
        """Another content was sent under the key: it is not known which one was decided, so the larger of each counts."""
        self.mixed = True
        for product, units in lines.items():
            self.lines[product] = max(units, self.lines.get(product, 0))

    @cached_property
    def refused(self) -> Operation | None:
        """The first answer that it is sold out; None where it is not known which content was decided."""
        if self.mixed:
            return None
        return next((each for each in self.requests if each.output.get("code") == SOLD_OUT), None)


class Shelves:
    """The units of every product over time. Raises NotObservedError without orders, reservations or the ledger at rest."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._rested = reading.at_rest(history, ORDERS, RESERVATIONS)
        self._rows = {row.id: row for row in reading.orders(history)}
        self._status = {order: row.status for order, row in self._rows.items()}
        self._by_key = {(row.user_id, row.idempotency_key): row.id for row in reading.orders(history)}
        self._released = {row.order_id for row in reading.reservations(history) if row.state == "RELEASED"}
        self.purchases = tuple(self._purchases())
        self._told = self._statuses()

    def counter(self, product: str, besides: Purchase | None = None) -> Counter:
        """The units of a product that are available, as if one purchase had not been made."""
        if besides is None or besides.refused:
            if product not in self._counters:
                self._counters[product] = Counter(self._settings(product), self._takings(product, None))
            return self._counters[product]
        return Counter(self._settings(product), self._takings(product, besides))

    @cached_property
    def _counters(self) -> dict[str, Counter]:
        return {}

    def rejected_ns(self, purchase: Purchase) -> int | None:
        """By when an order that was taken on had been rejected as sold out, whatever its placing was answered; else None."""
        row = self._rows.get(purchase.order)
        if purchase.refused or purchase.mixed or row is None or (row.status, row.reason) != (REJECTED, SOLD_OUT):
            return None
        told = (when for when, status in self._told.get(purchase.order, []) if status == REJECTED)
        return min(told, default=self._history.observed_at_ns(ORDERS))

    def _purchases(self) -> Iterable[Purchase]:
        found: dict[Key, Purchase] = {}
        for operation in self._history.named(PLACE_ORDER):
            key = (str(operation.input.get("user_id")), str(operation.input.get("key")))
            if key not in found:
                found[key] = Purchase(joining.sent_lines(operation), operation.invoked_ns)
            elif (sent := joining.sent_lines(operation)) != found[key].lines:
                found[key].may_want(sent)
            found[key].requests.append(operation)
            found[key].order = found[key].order or joining.order_id(operation) or self._by_key.get(key, "")
        return found.values()

    def _statuses(self) -> dict[str, list[tuple[int, str]]]:
        """By order, what its owner was told of it, and when."""
        told: dict[str, list[tuple[int, str]]] = {}
        for operation in self._history.named(PLACE_ORDER, READ_ORDER, COMPLETE_ORDER, CANCEL_ORDER):
            order, status = joining.order_of(operation), joining.status_told(operation)
            if order and status and operation.completed_ns is not None:
                told.setdefault(order, []).append((operation.completed_ns, status))
        return told

    def _settings(self, product: str) -> Iterable[Setting]:
        yield Setting(self._put_before(product), NEVER, NEVER)
        for operation, change in inputs(self._history, catalogue.StockChange, catalogue.SET_STOCK):
            if change.product_id == product and operation.ending is not Ending.FAIL:
                sure = operation.ok and operation.completed_ns is not None
                yield Setting(change.available, operation.invoked_ns, operation.completed_ns or 0 if sure else FOREVER)

    def _put_before(self, product: str) -> int:
        """What was put in before the first order: what no client recorded, by the ledger."""
        units = 0
        for row in reading.movements(self._history):
            if row.product_id == product:
                if row.kind is not Movement.PUT:
                    break
                units += row.quantity
        return units

    def _takings(self, product: str, besides: Purchase | None) -> Iterable[Taking]:
        for each in self.purchases:
            if each is not besides and product in each.lines and (taking := self._taking(each, each.lines[product])):
                yield taking

    def _taking(self, purchase: Purchase, units: int) -> Taking | None:
        """What a purchase took; None when it surely took nothing."""
        status, told = self._status.get(purchase.order, ""), self._told.get(purchase.order, [])
        if purchase.refused or (self._rested and not status and not told):
            return None
        taken = FOREVER if purchase.mixed else min((when for when, state in told if state in TAKEN), default=FOREVER)
        freed = FOREVER if purchase.mixed else min((when for when, state in told if state in OVER), default=FOREVER)
        may_be_freed = not self._rested or status not in TAKEN or purchase.order in self._released
        return Taking(units, purchase.began_ns, taken, purchase.began_ns if may_be_freed else FOREVER, freed)
