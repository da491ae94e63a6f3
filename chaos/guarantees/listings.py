"""Pages of the catalogue compared with what staff did: nothing missing, nothing else, in the order asked for.

Where nothing was created, withdrawn or priced while a page was read, what is due is known exactly; elsewhere it is bounded by
what may have been there. Lists must search names by a part that no product of before has, as the mark of a run.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from pydantic import JsonValue

from chaos.guarantees.wares import Ware, Wares
from chaos.observations import catalogue
from chaos.observations.outside import Amount
from harness.history import Operation

Item = Mapping[str, JsonValue]
Key = tuple[str | int, ...]


def _price(item: Item) -> Key:
    price = item.get("price")
    units = price.get("minor_units") if isinstance(price, Mapping) else None
    return (units if isinstance(units, int) else -1,)


KEYS: Mapping[str, Callable[[Item], Key]] = MappingProxyType(
    {
        "newest": lambda item: (str(item.get("created_at")),),
        "name": lambda item: (str(item.get("name")).casefold(),),
        "price_asc": _price,
        "price_desc": _price,
    }
)
"""What a list is sorted by. Names of a run are of letters, digits and blanks, which every collation sorts alike."""
DESCENDING, BY_PRICE = frozenset({"newest", "price_desc"}), frozenset({"price_asc", "price_desc"})


@dataclass
class Listing:
    """A page as it was answered, and the products that it may show."""

    page: Operation
    asked: catalogue.ProductsPage
    wares: Wares

    def __post_init__(self) -> None:
        items = self.page.output.get("items")
        self.items: list[Item] = [each for each in items if isinstance(each, Mapping)] if isinstance(items, list) else []
        self.begin_ns, self.end_ns = self.page.invoked_ns, self.page.completed_ns or self.page.invoked_ns
        self.found = {ware.id: ware for ware in self.wares.found(self.asked.name, self.asked.category_id)}
        self.keys = [KEYS[self.asked.sort](item) for item in self.items]

    def faults(self) -> Iterable[str]:
        """What is wrong with the page."""
        said = f"operation {self.page.id}, page {self.asked.page} of {self.asked.page_size} by {self.asked.sort},"
        size = self._size() if not self.asked.cursor else self._beyond()
        yield from (f"{said} {what}" for what in (*self._shape(), *self._shown(), *size))

    def _shape(self) -> Iterable[str]:
        ids = [str(item.get("id")) for item in self.items]
        if len(ids) > self.asked.page_size:
            yield f"shows {len(ids)} products"
        if len(set(ids)) < len(ids):
            yield "shows a product twice"
        told = (self.page.output.get("page"), self.page.output.get("page_size"))
        if told != (self.asked.page, self.asked.page_size):
            yield f"calls itself page {told[0]} of {told[1]}"
        if self.keys != sorted(self.keys, reverse=self.asked.sort in DESCENDING):
            yield "is not in that order"

    def _shown(self) -> Iterable[str]:
        for item in self.items:
            product, name = str(item.get("id")), str(item.get("name"))
            ware = self.found.get(product)
            if ware is None and name not in self.wares.unsure:
                yield f"shows {product}, {name}, which is not what was searched for"
            elif ware is not None:
                yield from (f"shows {product} {what}" for what in self._ware(item, ware))

    def _ware(self, item: Item, ware: Ware) -> Iterable[str]:
        if ware.surely_gone(self.begin_ns):
            yield "which had been withdrawn"
        price = item.get("price")
        told = f"{price.get('minor_units')} {price.get('currency')}" if isinstance(price, Mapping) else "no price"
        allowed = sorted(map(str, self._prices(ware)))
        if allowed and told not in allowed:
            yield f"at {told}, but staff had set {' or '.join(allowed)}"
        if item.get("name") != ware.name:
            yield f"as {item.get('name')}, which is {ware.name}"

    def _prices(self, ware: Ware) -> Collection[Amount]:
        return self.wares.price(ware.id, self.begin_ns, self.end_ns)

    def _size(self) -> Iterable[str]:
        least = sum(ware.surely_there(self.begin_ns, self.end_ns) for ware in self.found.values())
        most, total = len(self._maybe) + len(self.wares.unsure), self.page.output.get("total")
        if not isinstance(total, int) or not least <= total <= most:
            yield f"tells of {total} products in all; there were {least} to {most}"
        if self.due is not None and self.keys != list(self.due):
            yield f"shows {_keys(self.keys)}, where {_keys(self.due)} was due"

    def _beyond(self) -> Iterable[str]:
        """What is wrong with a page after a cursor: where what is due is known, it begins behind the product of the cursor."""
        last = self.found.get(self.asked.cursor.partition(".")[0])
        if self._sorted is None or last is None:
            return
        prices = sorted(map(_units, self._prices(last)))
        if self.asked.sort in BY_PRICE and len(prices) != 1:
            return
        before, keys = KEYS[self.asked.sort](_as_item(last, *prices[:1])), self._sorted
        begins = [place + 1 for place, key in enumerate(keys) if key == before]
        if begins and self.keys not in [keys[begin : begin + self.asked.page_size] for begin in begins]:
            yield f"shows {_keys(self.keys)} after {before[0]}, of {_keys(keys)}"

    @cached_property
    def _maybe(self) -> list[Ware]:
        return [
            ware
            for ware in self.found.values()
            if ware.creation.invoked_ns <= self.end_ns and not ware.surely_gone(self.begin_ns)
        ]

    @cached_property
    def due(self) -> Sequence[Key] | None:
        """By what the page's products are sorted, one key each, where it is known exactly; ties are left open."""
        if self._sorted is None or self.asked.cursor:
            return None
        return self._sorted[(self.asked.page - 1) * self.asked.page_size : self.asked.page * self.asked.page_size]

    @cached_property
    def _sorted(self) -> list[Key] | None:
        """By what all products of the list are sorted."""
        prices = {ware.id: sorted(map(_units, self._prices(ware))) for ware in self._maybe}
        sure = all(ware.surely_there(self.begin_ns, self.end_ns) for ware in self._maybe) and not self.wares.unsure
        if not sure or (self.asked.sort in BY_PRICE and any(len(each) != 1 for each in prices.values())):
            return None
        key = KEYS[self.asked.sort]
        known = [key(_as_item(ware, *prices[ware.id][:1])) for ware in self._maybe]
        known.sort(reverse=self.asked.sort in DESCENDING)
        return known


def _units(price: Amount) -> int:
    return price.minor_units


def _as_item(ware: Ware, minor_units: int = 0) -> Item:
    return {"name": ware.name, "created_at": ware.created_at, "price": {"minor_units": minor_units}}


def _keys(keys: Iterable[Key]) -> str:
    return ", ".join(str(key[0]) for key in keys) or "nothing"
