"""Whatever is asked in whatever order, under whatever tokens: no unit appears or vanishes, and no count falls below zero."""

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from system.product.domain.reservations import Batch, FenceStaleError, Outcome, Wanted
from tests.unit.system.product.world import World, order, product, wanted

PRODUCTS = 2
UNKNOWN = 9
ORDERS = st.integers(0, 3)
LINES = st.dictionaries(st.sampled_from([*range(PRODUCTS), UNKNOWN]), st.integers(1, 4), min_size=1, max_size=2)
SOME_ORDERS = st.lists(ORDERS, min_size=1, max_size=3)


def _wanted(orders: dict[int, dict[int, int]]) -> tuple[Wanted, ...]:
    return tuple(wanted(number, *lines.items()) for number, lines in orders.items())


class Shop(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        for number in range(PRODUCTS):
            self.world.add(product(number))
            self.world.put(product(number), 6)

    @rule(number=st.integers(0, PRODUCTS - 1), available=st.integers(0, 6))
    def put(self, number: int, available: int) -> None:
        self.world.put(product(number), available)
        assert self.world.stock[product(number)].available == available

    @rule(
        orders=st.dictionaries(ORDERS, LINES, min_size=1, max_size=4),
        token=st.integers(1, 4),
        drawn=st.sampled_from((True, True, False)),
    )
    def reserve(self, orders: dict[int, dict[int, int]], token: int, drawn: bool) -> None:
        token += max(self.world.fences.values()) if drawn else 0
        batch = Batch(_wanted(orders), {product(n): token for n in range(PRODUCTS)})
        touched = [product_id for product_id in batch.products if product_id in self.world.fences]
        if any(token < self.world.fences[product_id] for product_id in touched):
            before = dict(self.world.stock), dict(self.world.fences), len(self.world.ledger)
            with pytest.raises(FenceStaleError):
                self.world.reserve(batch)
            assert before == (self.world.stock, self.world.fences, len(self.world.ledger))
            return
        first = self.world.reserve(batch)
        assert [result.order_id for result in first] == [each.order_id for each in batch.wanted]
        entries = len(self.world.ledger)
        again = self.world.reserve(batch)
        kept = {Outcome.RESERVED, Outcome.CONFIRMED, Outcome.RELEASED}
        assert [a for a in again if a.outcome in kept] == [a for a in first if a.outcome in kept]
        assert len(self.world.ledger) == entries, "a repeated call moved units"
        assert all(self.world.fences[product_id] == token for product_id in touched)

    @rule(orders=SOME_ORDERS)
    def confirm(self, orders: list[int]) -> None:
        order_ids = [order(number) for number in orders]
        first = self.world.confirm(order_ids)
        entries = len(self.world.ledger)
        assert self.world.confirm(order_ids) == first
        assert len(self.world.ledger) == entries

    @rule(orders=SOME_ORDERS)
    def release(self, orders: list[int]) -> None:
        order_ids = [order(number) for number in orders]
        assert all(result.outcome is Outcome.RELEASED for result in self.world.release(order_ids))
        entries = len(self.world.ledger)
        self.world.release(order_ids)
        assert len(self.world.ledger) == entries
        late = Batch(_wanted({number: {0: 1} for number in orders}), {product(0): 1 + self.world.fences[product(0)]})
        assert all(result.outcome is Outcome.RELEASED for result in self.world.reserve(late))
        assert len(self.world.ledger) == entries

    @invariant()
    def adds_up(self) -> None:
        self.world.check()


TestShop = Shop.TestCase
# A run of these few orders reads well as it is; making it the shortest would take minutes.
TestShop.settings = settings(
    max_examples=100, stateful_step_count=30, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate)
)
