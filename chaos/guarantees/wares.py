"""The products of a run by what staff did: created under a name, in a category, withdrawn; and the tree of categories.

A product is surely for sale from the answer to its creation until somebody begins to withdraw it, and surely not after that was
acknowledged; in between it may be either.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from chaos.guarantees import joining, pricing
from chaos.guarantees.reading import inputs
from chaos.observations import catalogue
from chaos.observations.outside import Amount
from harness.history import Ending, History, Operation

FOREVER_NS = 2**63


@dataclass
class Ware:
    """A product; times in ns. `maybe_gone_ns` is when the first withdrawal began that was not refused, `gone_ns` when one was
    acknowledged."""

    id: str
    name: str
    category: str
    created_at: str
    creation: Operation
    maybe_gone_ns: int = FOREVER_NS
    gone_ns: int = FOREVER_NS

    def surely_there(self, begin_ns: int, end_ns: int) -> bool:
        """Whether it was for sale all the time between two times."""
        return (self.creation.completed_ns or FOREVER_NS) < begin_ns and end_ns < self.maybe_gone_ns

    def surely_gone(self, begin_ns: int) -> bool:
        """Whether it had been withdrawn before."""
        return self.gone_ns < begin_ns


@dataclass
class Wares:
    """All products that staff created in a run. `unsure` are the names of those that may have been created or not."""

    history: History
    by_id: dict[str, Ware] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for operation, new in inputs(self.history, catalogue.NewProduct, catalogue.CREATE_PRODUCT):
            if operation.ok and (product := joining.order_id(operation)):
                made_at = str(operation.output.get("created_at"))
                self.by_id[product] = Ware(product, new.name, new.category_id, made_at, operation)
            elif operation.unknown:
                self.unsure.add(new.name)
        for operation, gone in inputs(self.history, catalogue.OfProduct, catalogue.WITHDRAW_PRODUCT):
            ware = self.by_id.get(gone.product_id)
            if ware is None or operation.ending is Ending.FAIL:
                continue
            ware.maybe_gone_ns = min(ware.maybe_gone_ns, operation.invoked_ns)
            if operation.ok and operation.completed_ns is not None:
                ware.gone_ns = min(ware.gone_ns, operation.completed_ns)

    @cached_property
    def prices(self) -> pricing.Prices:
        """What staff set."""
        return pricing.prices(self.history)

    def price(self, product: str, begin_ns: int, end_ns: int) -> frozenset[Amount]:
        """The prices that a product may have had at some moment between two times; empty when that is not known."""
        return pricing.possible(self.prices.get(product, ()), begin_ns, end_ns)

    @cached_property
    def parents(self) -> dict[str, str]:
        """The parent of every category that staff created; "" for a root."""
        return {
            str(operation.output.get("id")): new.parent_id
            for operation, new in inputs(self.history, catalogue.NewCategory, catalogue.CREATE_CATEGORY)
            if operation.ok
        }

    def found(self, name: str, category: str) -> Iterable[Ware]:
        """Those whose names contain `name`, in any case, and that are in a category or below it ("": in any or none)."""
        for ware in self.by_id.values():
            if name.casefold() in ware.name.casefold() and (not category or self._below(ware.category, category)):
                yield ware

    def _below(self, category: str, top: str) -> bool:
        seen: set[str] = set()
        while category and category != top and category not in seen:
            seen.add(category)
            category = self.parents.get(category, "")
        return category == top
