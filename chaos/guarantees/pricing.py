"""Which prices a product may have had while an order was decided, by what staff did; never by the shop's own rows.

An acknowledged change is in force from some moment between its request and its answer, until some moment between request and
answer of a later one. A change whose outcome is unknown may have come into force at any moment after its request, or never.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chaos.guarantees import joining
from chaos.guarantees.reading import inputs
from chaos.observations import catalogue
from chaos.observations.outside import Amount
from harness.history import Ending, History, Operation


@dataclass(frozen=True)
class PriceSet:
    """A price that staff set, or may have set: `end_ns` is None when its outcome is unknown. `first`: with its product."""

    price: Amount
    begin_ns: int
    end_ns: int | None
    operation: int
    first: bool = False


Prices = Mapping[str, tuple[PriceSet, ...]]
"""What was set, by product."""


def prices(history: History) -> Prices:
    """Every price that staff set and that was not refused. Raises pydantic.ValidationError."""
    found: dict[str, list[PriceSet]] = {}
    for operation, made in inputs(history, catalogue.NewProduct, catalogue.CREATE_PRODUCT):
        if operation.ok and (product := joining.order_id(operation)):
            found.setdefault(product, []).append(_set(operation, made.price, first=True))
    for operation, change in inputs(history, catalogue.PriceChange, catalogue.SET_PRICE):
        if operation.ending is not Ending.FAIL:
            found.setdefault(change.product_id, []).append(_set(operation, change.price))
    return {product: tuple(each) for product, each in found.items()}


def possible(of_product: Iterable[PriceSet], begin_ns: int, end_ns: int) -> frozenset[Amount]:
    """The prices that may have been in force at some moment from `begin_ns` to `end_ns`; empty when that is not known.

    It is not known of a product whose creation was not recorded, until a price of it was set.
    """
    known = tuple(of_product)
    if not any(each.first or (each.end_ns is not None and each.end_ns < begin_ns) for each in known):
        return frozenset()
    return frozenset(
        each.price
        for each in known
        if each.begin_ns <= end_ns and not (each.end_ns is not None and _replaced(each.end_ns, known, begin_ns))
    )


def _replaced(end_ns: int, known: Iterable[PriceSet], before_ns: int) -> bool:
    """Whether another price was set after `end_ns`, and acknowledged before `before_ns`."""
    return any(other.end_ns is not None and end_ns < other.begin_ns and other.end_ns < before_ns for other in known)


def _set(operation: Operation, price: Amount, *, first: bool = False) -> PriceSet:
    return PriceSet(price, operation.invoked_ns, operation.completed_ns if operation.ok else None, operation.id, first)
