"""What daring customers share: the products on offer, each other's belongings, and keys that several of them use."""

from dataclasses import dataclass, field

from chaos.client import Product
from chaos.workloads.unauthorized_requests import Belongings


@dataclass
class Market:
    """`goods` have prices in one currency, `foreign` in another; `doomed` are withdrawn sooner or later.

    `belongings` are the latest order and payment of each customer, by name. `mark` is unique to the run.
    """

    mark: str
    goods: list[Product]
    foreign: list[Product]
    doomed: list[Product]
    belongings: dict[str, Belongings] = field(default_factory=dict)

    @property
    def everything(self) -> list[Product]:
        """All products there are."""
        return [*self.goods, *self.foreign, *self.doomed]
