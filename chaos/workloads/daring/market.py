"""What daring customers share: the products on offer, each other's belongings, and keys that several of them use."""

from dataclasses import dataclass, field

from chaos.client import Product
from chaos.workloads.unauthorized_requests import Belongings


@dataclass
class Market:
    """`goods` have prices in one currency, `foreign` in another, `exotic` each in one of its own, with three decimals or none;
    `doomed` are withdrawn sooner or later.

    `belongings` are the latest order and payment of each customer, by name. `mark` is unique to the run. `categories` are a
    root and what is below it, one below the other; some products are in each; `shelves`
    are categories that staff move about. `to_be_withdrawn` is the product that staff withdraw next, if customers say so.
    """

    mark: str
    goods: list[Product]
    foreign: list[Product]
    doomed: list[Product]
    belongings: dict[str, Belongings] = field(default_factory=dict)
    categories: list[str] = field(default_factory=list)
    shelves: list[str] = field(default_factory=list)
    exotic: list[Product] = field(default_factory=list)
    to_be_withdrawn: str = ""

    @property
    def everything(self) -> list[Product]:
        """All products there are."""
        return [*self.goods, *self.foreign, *self.exotic, *self.doomed]
