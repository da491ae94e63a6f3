"""Units of a product: where they can be, and the movements that take them from one place to another.

put in = available + reserved + sold holds because units only ever change through `Movement`s, and the rows are changed by
the sums of the movements that are written to the ledger beside them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

MAX_AVAILABLE = 1_000_000_000
MAX_QUANTITY = 1_000_000


class Kind(StrEnum):
    """Kinds of movements in the ledger."""

    PUT = "PUT"
    RESERVE = "RESERVE"
    CONFIRM = "CONFIRM"
    RELEASE = "RELEASE"
    RETURN = "RETURN"


@dataclass(frozen=True)
class Stock:
    """Units of a product."""

    product_id: str
    available: int
    reserved: int
    sold: int


@dataclass(frozen=True)
class Movement:
    """An entry of the ledger. `order_id` and `fence` are None where no order or no lock holder is behind it."""

    product_id: str
    kind: Kind
    quantity: int
    order_id: str | None = None
    fence: int | None = None


@dataclass(frozen=True)
class Change:
    """What a stock row must become: units added (negative: taken) and, under a lock, the fence it is written with."""

    product_id: str
    available: int = 0
    reserved: int = 0
    sold: int = 0
    fence: int | None = None


EFFECT: Mapping[Kind, Change] = {
    Kind.PUT: Change("", available=1),
    Kind.RESERVE: Change("", available=-1, reserved=1),
    Kind.CONFIRM: Change("", reserved=-1, sold=1),
    Kind.RELEASE: Change("", reserved=-1, available=1),
    Kind.RETURN: Change("", sold=-1, available=1),
}
"""What one unit of a movement does to a stock row."""


def changes(movements: Iterable[Movement], fences: Mapping[str, int] | None = None) -> tuple[Change, ...]:
    """The sums of movements per product, sorted by product. Every product in `fences` gets a change, if only of its fence."""
    sums = {product_id: Change(product_id, fence=token) for product_id, token in (fences or {}).items()}
    for movement in movements:
        before = sums.get(movement.product_id) or Change(movement.product_id)
        unit, quantity = EFFECT[movement.kind], movement.quantity
        sums[movement.product_id] = replace(
            before,
            available=before.available + unit.available * quantity,
            reserved=before.reserved + unit.reserved * quantity,
            sold=before.sold + unit.sold * quantity,
        )
    return tuple(sums[product_id] for product_id in sorted(sums))
