"""How many units of a product can have been reserved, and sold, at some moment of an interval, by what was asked and told.

An order may hold units from the first request under its key until it was told to be over or refused; it surely does while it is
told to be reserved and nobody asked for anything else, if it was paid in the end or still is reserved. Units are sold between a
request to complete and the first answer PAID.
"""

from dataclasses import dataclass
from functools import cached_property

from chaos.guarantees import joining, reading
from chaos.guarantees.shelves import Purchase, Shelves
from chaos.observations.orders import CANCEL_ORDER, COMPLETE_ORDER, ORDERS, PLACE_ORDER, READ_ORDER
from chaos.observations.stock import RESERVATIONS
from harness.history import Ending, History

NEVER_NS = 2**63
OVER = frozenset({"PAID", "CANCELLED", "EXPIRED", "REJECTED"})


@dataclass
class Holdings:
    """The orders of a history. Raises NotObservedError without orders and reservations at rest."""

    history: History
    shelves: Shelves

    def __post_init__(self) -> None:
        self._stands = {row.id: row.status for row in reading.orders(self.history)}
        self._lost = {row.order_id for row in reading.reservations(self.history) if row.state == "RELEASED"}
        self._rested = reading.at_rest(self.history, ORDERS, RESERVATIONS)

    def reserved(self, product: str, began_ns: int, ended_ns: int) -> tuple[int, int]:
        """The least and the most units that can be reserved."""
        least = most = 0
        for each, units in self._of(product):
            most += units if each.began_ns <= ended_ns and self._over_ns(each) >= began_ns else 0
            least += units if self._surely_reserved(each, began_ns, ended_ns) else 0
        return least, most

    def sold(self, product: str, began_ns: int, ended_ns: int) -> tuple[int, int]:
        """The least and the most units that can be sold."""
        least = most = 0
        for each, units in self._of(product):
            most += units if self._asked_ns(each.order, COMPLETE_ORDER) <= ended_ns else 0
            least += units if self._first_told.get((each.order, "PAID"), NEVER_NS) < began_ns and not each.mixed else 0
        return least, most

    def _of(self, product: str) -> list[tuple[Purchase, int]]:
        return [(each, each.lines[product]) for each in self.shelves.purchases if product in each.lines and not each.refused]

    def _surely_reserved(self, purchase: Purchase, began_ns: int, ended_ns: int) -> bool:
        asked_ns = min(self._asked_ns(purchase.order, name) for name in (COMPLETE_ORDER, CANCEL_ORDER))
        told_ns = self._first_told.get((purchase.order, "RESERVED"), NEVER_NS)
        stays = self._stands.get(purchase.order) in ("RESERVED", "PAID") and purchase.order not in self._lost
        return self._rested and stays and not purchase.mixed and told_ns < began_ns and ended_ns < asked_ns

    def _over_ns(self, purchase: Purchase) -> int:
        """When it was first told that nothing is reserved any more."""
        if purchase.mixed:
            return NEVER_NS
        told = min((self._first_told.get((purchase.order, status), NEVER_NS) for status in OVER), default=NEVER_NS)
        refused = [each.completed_ns or NEVER_NS for each in purchase.requests if each.output.get("order_id") == purchase.order]
        return min([told, *refused]) if purchase.order else NEVER_NS

    def _asked_ns(self, order: str, name: str) -> int:
        return self._asked.get((order, name), NEVER_NS)

    @cached_property
    def _asked(self) -> dict[tuple[str, str], int]:
        """By order and operation, when it was first asked for and not refused."""
        found: dict[tuple[str, str], int] = {}
        for each in self.history.named(COMPLETE_ORDER, CANCEL_ORDER):
            if each.ending is not Ending.FAIL:
                key = (str(each.input.get("order_id")), each.name)
                found[key] = min(found.get(key, NEVER_NS), each.invoked_ns)
        return found

    @cached_property
    def _first_told(self) -> dict[tuple[str, str], int]:
        """By order and status, when an answer first told it."""
        found: dict[tuple[str, str], int] = {}
        for each in self.history.named(PLACE_ORDER, READ_ORDER, COMPLETE_ORDER, CANCEL_ORDER):
            order, status = joining.order_of(each), joining.status_told(each)
            if order and status and each.completed_ns is not None:
                found[order, status] = min(found.get((order, status), NEVER_NS), each.completed_ns)
        return found
