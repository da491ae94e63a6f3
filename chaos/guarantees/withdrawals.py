"""Products that were taken out of the catalogue while units of them were reserved, which the shop promises to refuse.

The ledger tells what was reserved when: an entry is written under the lock of the product's row, as is the withdrawal.
"""

from collections.abc import Iterable, Sequence

from chaos.guarantees import reading
from chaos.guarantees.reading import inputs
from chaos.observations import catalogue
from chaos.observations.stock import MOVEMENTS, Movement, MovementRow
from harness.history import History, Operation

SLACK_NS = 50_000_000
"""By how much the clocks of ledger and clients may differ."""
RESERVED = {Movement.RESERVE: 1, Movement.CONFIRM: -1, Movement.RELEASE: -1}
"""How an entry changes the units that are reserved."""


def of_reserved_units(history: History) -> Iterable[tuple[Operation, str]]:
    """Withdrawals that were accepted, each with what was reserved all the while; none where the ledger tells no times."""
    if not reading.was_observed(history, MOVEMENTS):
        return
    entries: dict[str, list[MovementRow]] = {}
    for row in reading.movements(history):
        entries.setdefault(row.product_id, []).append(row)
    for operation, gone in inputs(history, catalogue.OfProduct, catalogue.WITHDRAW_PRODUCT):
        if operation.ok and operation.completed_ns is not None:
            units = _reserved(entries.get(gone.product_id, ()), operation.invoked_ns, operation.completed_ns)
            if units > 0:
                yield operation, f"operation {operation.id} withdrew {gone.product_id}, {units} units of which were reserved"


def _reserved(entries: Sequence[MovementRow], began_ns: int, ended_ns: int) -> int:
    """Units reserved from before a time until after another; 0 when that is not certain."""
    times = [row.created_ns for row in entries]
    if any(each is None or began_ns - SLACK_NS <= each <= ended_ns + SLACK_NS for each in times):
        return 0
    before = [row for row in entries if row.created_ns is not None and row.created_ns < began_ns]
    return sum(RESERVED.get(row.kind, 0) * row.quantity for row in before)
