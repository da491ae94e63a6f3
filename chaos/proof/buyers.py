"""Buyers of generated histories: several products and units, retries under one key, all ways for an order to end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from pydantic import JsonValue

from chaos.observations import identity
from chaos.observations.orders import (
    AUTHORISE_PAYMENT,
    CANCEL_ORDER,
    CAPTURE_ELSEWHERE,
    COMPLETE_ORDER,
    PLACE_ORDER,
    READ_ORDER,
)
from chaos.observations.outside import CUSTOMERS_KEY
from chaos.proof.orders import BAD_CARD, GOOD_CARD, Orders, money
from chaos.proof.stockroom import Product
from chaos.proof.world import Answer, Asked, Steps, World
from harness.history import Row

ATTEMPTS = 4


@dataclass
class Buyer:
    """Places `rounds` orders of `products`, one after the other."""

    world: World
    orders: Orders
    name: str
    products: list[Product]
    rounds: int
    user: str = field(init=False)
    address: dict[str, JsonValue] = field(init=False)

    def __post_init__(self) -> None:
        self.user = self.world.new_id()
        self.address = {
            "recipient": self.name,
            "street": f"Sale Street of {self.name}",
            "city": "Bern",
            "postal_code": "3000",
            "country": "CH",
        }

    def steps(self) -> Steps:
        """All of it."""
        for number in range(self.rounds):
            yield self.world.ms(5, 400)
            yield from self._buys(f"sale-{self.name}-{number}")
        self.world.busy -= 1

    def _buys(self, key: str) -> Steps:
        world = self.world
        sent = self._wanted(key)
        placed = yield from self._until_known(PLACE_ORDER, sent, lambda: self.orders.place(self.user, sent))
        if world.chance(0.15):  # a double click
            placed = (yield from self._asks(PLACE_ORDER, sent, lambda: self.orders.place(self.user, sent))) or placed
        if world.chance(0.08):
            other: Row = {**sent, "delivery_address": {**self.address, "street": "Elsewhere 1"}}
            yield from self._asks(PLACE_ORDER, other, lambda: self.orders.place(self.user, other))
        if placed is None or not placed.ok:
            return
        order = str(placed.output["id"])
        told = yield from self._reads(order)
        if world.chance(0.3):
            yield from self._asks(identity.LIST_ORDERS, {"user_id": self.user}, lambda: self.orders.list(self.user))
        if told is not None and told.output.get("status") == "RESERVED":
            total = cast(dict[str, int], told.output["total"])["minor_units"]
            yield from self._ends(order, total, world.random.random())

    def _wanted(self, key: str) -> Row:
        world = self.world
        chosen = world.random.sample(self.products, min(len(self.products), world.random.choice((1, 1, 2, 3))))
        items: list[JsonValue] = [{"product_id": each.id, "quantity": world.random.choice((1, 1, 2, 3, 5))} for each in chosen]
        return {"user_id": self.user, "key": key, "items": items, "delivery_address": self.address}

    def _reads(self, order: str) -> Asked:
        """Poll the order until it is decided."""
        told: Answer | None = None
        for _ in range(12):
            told = yield from self._asks(READ_ORDER, {"order_id": order}, lambda: self.orders.read(self.user, order))
            if told is not None and told.output.get("status") != "PENDING":
                return told
            yield self.world.ms(100, 400)
        return told

    def _ends(self, order: str, total: int, drawn: float) -> Steps:
        if drawn < 0.6:
            yield from self._pays(order, total)
        elif drawn < 0.8:
            yield from self._until_known(CANCEL_ORDER, {"order_id": order}, lambda: self.orders.cancel(self.user, order))
        if self.world.chance(0.5):
            yield from self._reads(order)
        if self.world.chance(0.2):  # after its end, or not
            yield from self._asks(CANCEL_ORDER, {"order_id": order}, lambda: self.orders.cancel(self.user, order))

    def _pays(self, order: str, total: int) -> Steps:
        if self.world.chance(0.15):
            yield from self._completes(order, total + 1, GOOD_CARD)
        if self.world.chance(0.2):
            yield from self._completes(order, total, BAD_CARD)
        if self.world.chance(0.2):  # captures some of a payment past the shop, and of another all
            yield from self._completes(order, total, GOOD_CARD, elsewhere=1)
            yield from self._completes(order, total, GOOD_CARD, elsewhere=total)
        yield from self._completes(order, total, GOOD_CARD)
        if self.world.chance(0.15):  # pays twice
            yield from self._completes(order, total, GOOD_CARD)

    def _completes(self, order: str, amount: int, method: str, elsewhere: int = 0) -> Steps:
        sent: Row = {"order_id": order, "amount": money(amount), "method": method}
        payment = yield from self._asks(AUTHORISE_PAYMENT, sent, lambda: self.orders.authorise(order, amount, method))
        if payment is not None and payment.ok:
            named = str(payment.output["id"])
            if elsewhere:
                own: Row = {"order_id": order, "payment_id": named, "minor_units": elsewhere, "key": f"{CUSTOMERS_KEY}{named}"}
                taken = self.orders.capture_elsewhere
                yield from self._asks(CAPTURE_ELSEWHERE, own, lambda: taken(named, elsewhere, f"{CUSTOMERS_KEY}{named}"))
            asked: Row = {"order_id": order, "payment_id": named}
            yield from self._until_known(COMPLETE_ORDER, asked, lambda: self.orders.complete(self.user, order, named))

    def _until_known(self, name: str, sent: Row, act: Callable[[], Answer]) -> Asked:
        """Ask, and ask again while the outcome is unknown."""
        answer: Answer | None = None
        for _ in range(ATTEMPTS):
            answer = yield from self._asks(name, sent, act)
            if answer is not None:
                break
            yield self.world.ms(200, 1500)
        return answer

    def _asks(self, name: str, sent: Row, act: Callable[[], Answer]) -> Asked:
        return (yield from self.world.asks(self.name, name, sent, act))
