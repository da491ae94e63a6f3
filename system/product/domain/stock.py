"""Units of a product: where they can be, and the movements that take them from one place to another.

put in = available + reserved + sold holds because units only ever change through `Movement`s, and the rows are changed by
the sums of the movements that are written to the ledger beside them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
    available: int
    reserved: int
    sold: int
    fence: int | None


SIGNS: Mapping[Kind, tuple[int, int, int]] = {
    Kind.PUT: (1, 0, 0),
    Kind.RESERVE: (-1, 1, 0),
    Kind.CONFIRM: (0, -1, 1),
    Kind.RELEASE: (1, -1, 0),
    Kind.RETURN: (1, 0, -1),
}
"""What one unit of a movement adds to available, reserved and sold."""


def changes(movements: Iterable[Movement], fences: Mapping[str, int]) -> tuple[Change, ...]:
    """The sums of movements per product, sorted by product. Every product in `fences` gets a change, if only of its fence."""
    units: dict[str, Counter[Kind]] = {product_id: Counter() for product_id in fences}
    for movement in movements:
        units.setdefault(movement.product_id, Counter())[movement.kind] += movement.quantity
    return tuple(Change(product, *_sum(units[product]), fences.get(product)) for product in sorted(units))


def _sum(units: Mapping[Kind, int]) -> tuple[int, int, int]:
    added = [[sign * quantity for sign in SIGNS[kind]] for kind, quantity in units.items()]
    available, reserved, sold = (sum(column) for column in zip((0, 0, 0), *added, strict=True))
    return available, reserved, sold
