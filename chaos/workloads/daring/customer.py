"""A daring customer: a buyer who is at two gateways at once, with what its acts have in common."""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from chaos.client import Line, Order, Payment, Session
from chaos.client.sandboxes import GOOD_CARD
from chaos.workloads.buyer import Buyer
from chaos.workloads.daring.market import Market
from chaos.workloads.unauthorized_requests import Belongings

MOST_LINES, MOST_UNITS = 4, 5


@dataclass
class DaringCustomer:
    """`buyer` acts at one gateway and `elsewhere` is the same customer at another: a process of its own in the history.

    `gateways` are the names of these two. `email` and `password` are those of the account. `placed` is what it sent last under
    each of its keys, `sessions` how many it has opened.
    """

    buyer: Buyer
    elsewhere: Buyer
    gateways: tuple[str, str]
    market: Market
    email: str
    password: str
    placed: dict[str, list[Line]] = field(default_factory=dict)
    sessions: int = 0
    _keys: int = 0
    _passwords: list[str] = field(default_factory=list)

    @property
    def random(self) -> Random:
        """The customer's stream; `elsewhere` draws from its own."""
        return self.buyer.random

    @property
    def name(self) -> str:
        """The process of its first gateway."""
        return self.buyer.name

    def key(self) -> str:
        """An idempotency key that it has not used."""
        self._keys += 1
        return f"dare-{self.market.mark}-{self.name}-{self._keys}"

    def number(self, password: str) -> int:
        """The number by which a password is recorded: passwords themselves are not."""
        if password not in self._passwords:
            self._passwords.append(password)
        return self._passwords.index(password) + 1

    def lines(self, most: int = MOST_LINES) -> list[Line]:
        """One to `most` products, some units of each."""
        count = min(self.random.randint(1, most), len(self.market.goods))
        chosen = self.random.sample(self.market.goods, count)
        return [Line(product.id, self.random.randint(1, MOST_UNITS)) for product in chosen]

    def attempts(self) -> int:
        """How often a request is sent while its outcome is unknown: as the documentation asks for, or once."""
        return self.buyer.habits.attempts if self.random.random() < self.buyer.habits.retries else 1

    async def orders(self, lines: Sequence[Line] | None = None, key: str = "") -> Order | None:
        """Place an order, of drawn lines under a new key unless they are given; the order if it is reserved."""
        key, wanted = key or self.key(), list(lines) if lines is not None else self.lines()
        self.placed[key] = wanted
        order = await self.buyer.places(key, wanted, self.attempts())
        if order is not None:
            self.owns(order)
        return order

    async def authorises(self, order: Order, method: str = GOOD_CARD) -> Payment | None:
        """Authorise a payment of an order's total."""
        payment = await self.buyer.authorises(order, method)
        if payment is not None:
            self.owns(order, payment.id)
        return payment

    async def pays(self, order: Order) -> Payment | None:
        """Authorise and complete as it should be; the payment, None when it could not be authorised."""
        payment = await self.authorises(order)
        if payment is not None:
            await self.buyer.completes(order, payment, self.attempts())
        return payment

    def owns(self, order: Order, payment: str = "") -> None:
        """Show an order and a payment to those who try what is not theirs."""
        before = self.market.belongings.get(self.name)
        paid = payment or (before.payment if before else "")
        if paid:
            private = (self.buyer.address.street, self.email)
            self.market.belongings[self.name] = Belongings(
                user=self.buyer.user_id, order=order.id, payment=paid, private=private
            )

    def becomes(self, session: Session) -> None:
        """Go on with another session, at both gateways."""
        self.buyer = replace(self.buyer, shop=self.buyer.shop.as_user(session))
        self.elsewhere = replace(self.elsewhere, shop=self.elsewhere.shop.as_user(session))


def left_s(order: Order) -> float:
    """Seconds until an order expires, by this machine's wall clock, which is also the database's; 0 when it never does."""
    with suppress(ValueError):
        if order.expires_at:
            return datetime.fromisoformat(order.expires_at).timestamp() - time.time()
    return 0.0
