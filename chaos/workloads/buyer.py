"""One customer: places an order, waits for what becomes of it, then pays, calls it off or walks away.

A buyer keeps one idempotency key for one order and repeats a request only while its outcome is unknown, with the
same key, after the time the shop asked for. What it does is drawn from its own random stream, so a run can be
replayed.
"""

import asyncio
from contextlib import suppress
from dataclasses import asdict, dataclass
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from chaos.client import Address, Answer, Line, Order, OrderRef, Payment, Provider, RefusedError, Shop
from chaos.client.sandboxes import BAD_CARD, GOOD_CARD
from chaos.observations.orders import AUTHORISE_PAYMENT, CANCEL_ORDER, COMPLETE_ORDER, PLACE_ORDER, READ_ORDER
from chaos.workloads.client_process import Call, ClientProcess
from harness.history import Recorder, Row

LONGEST_WAIT_S = 2.0
BUSY = "ORDER_BUSY"
GIVES_UP = 0.5
"""How likely it is that whose card was declined does not pay at all."""


@dataclass(frozen=True, kw_only=True)
class Habits:
    """How likely a buyer is to do what (0 to 1), and how often it asks again.

    `pays_again`: to pay with another payment rather than ask again when nobody knows what became of the first. `bad_card`: to
    pay with a card that is declined, first or at all. `returns`: how often it comes back when the order is busy. `polls`: how
    often it asks what became of an order, before it turns to the next.
    """

    insists: float = 0.8
    attempts: int = 6
    pays: float = 0.4
    cancels: float = 0.1
    pays_again: float = 0.0
    bad_card: float = 0.0
    returns: int = 0
    polls: int = 20


TO_ORDER = frozenset({PLACE_ORDER, READ_ORDER})
TO_PAY = frozenset({READ_ORDER, AUTHORISE_PAYMENT, COMPLETE_ORDER})
TO_CANCEL = frozenset({CANCEL_ORDER})
"""The operations that a purchase may take, by what a buyer does."""


def operations_of(habits: Habits) -> frozenset[str]:
    """What buyers with these habits do, by name, when many of them see their purchases through."""
    return TO_ORDER | (TO_PAY if habits.pays else frozenset()) | (TO_CANCEL if habits.cancels else frozenset())


@dataclass
class Buyer:
    """`name` is the process in the history, `user_id` the account that `shop` speaks for."""

    name: str
    user_id: str
    address: Address
    shop: Shop
    provider: Provider
    recorder: Recorder
    random: Random
    habits: Habits

    async def buys(self, key: str, lines: list[Line]) -> None:
        """Place an order under a key and see it through."""
        attempts = self.habits.attempts if self.random.random() < self.habits.insists else 1
        fate = self.random.random()
        order = await self.places(key, lines, attempts)
        if order is not None:
            await self._decide(order, fate, attempts)

    async def places(self, key: str, lines: list[Line], attempts: int | None = None) -> Order | None:
        """Place an order under a key; the order if it is reserved."""
        sent: Row = {
            "user_id": self.user_id,
            "key": key,
            "items": [asdict(line) for line in lines],
            "delivery_address": asdict(self.address),
        }
        placed = await self._insist(
            PLACE_ORDER, sent, lambda: self.shop.place_order(key, lines, self.address), attempts or self.habits.attempts
        )
        if placed is None or placed.status not in (201, 202):
            return None
        with suppress(RefusedError):  # an answer that makes no sense is on record, for the judges to see
            order = await self._beyond("PENDING", placed.read(OrderRef).id)
            return order if order is not None and order.status == "RESERVED" else None
        return None

    async def _decide(self, order: Order, fate: float, attempts: int) -> None:
        if fate < self.habits.pays:
            await self.pays(order)
        elif fate < self.habits.pays + self.habits.cancels:
            await self.cancels(order, attempts)

    async def pays(self, order: Order) -> None:
        """Have the provider authorise what an order costs, and complete it; look on while that takes its time."""
        if self.random.random() < self.habits.bad_card:
            await self._pays_badly(order)
            if self.random.random() < GIVES_UP:
                return
        payment = await self.authorises(order)
        if payment is None:
            return
        impatient = self.random.random() < self.habits.pays_again
        answer = await self.completes(order, payment, 1 if impatient else None)
        if impatient and _undecided(answer) and (other := await self.authorises(order)):
            answer = await self.completes(order, other)
        if _undecided(answer):
            with suppress(RefusedError):
                await self._beyond("RESERVED", order.id)

    async def _pays_badly(self, order: Order) -> None:
        payment = await self.authorises(order, BAD_CARD)
        if payment is not None:
            await self.completes(order, payment)

    async def authorises(self, order: Order, method: str = GOOD_CARD) -> Payment | None:
        """A payment for an order, at the provider; None when there is none to be had."""
        total = order.total
        if total is None:
            return None
        sent: Row = {"order_id": order.id, "amount": asdict(total), "method": method}
        answer = await self._insist(AUTHORISE_PAYMENT, sent, lambda: self.provider.authorise(order.id, total, method), 1)
        return answer.read(Payment) if answer is not None and answer.status == 201 else None

    async def completes(self, order: Order, payment: Payment, attempts: int | None = None) -> Answer | None:
        """Complete an order with a payment; the last answer."""
        sent: Row = {"order_id": order.id, "payment_id": payment.id}
        return await self._unless_busy(
            COMPLETE_ORDER, sent, lambda: self.shop.complete(order.id, payment.id), attempts or self.habits.attempts
        )

    async def cancels(self, order: Order, attempts: int | None = None) -> Answer | None:
        """Call an order off; the last answer."""
        sent: Row = {"order_id": order.id}
        return await self._unless_busy(CANCEL_ORDER, sent, lambda: self.shop.cancel(order.id), attempts or self.habits.attempts)

    async def _beyond(self, status: str, order_id: str) -> Order | None:
        """The order once it has another status; None when that takes too long or cannot be learned. Raises RefusedError."""
        for _ in range(self.habits.polls):
            answer = await self._insist(READ_ORDER, {"order_id": order_id}, lambda: self.shop.order(order_id), 1)
            if answer is not None and answer.status == 200 and (order := answer.read(Order)).status != status:
                return order
            await self._wait(answer)
        return None

    async def _unless_busy(self, operation: str, sent: Row, call: Call, attempts: int) -> Answer | None:
        """Do an operation on an order, and again after a while when another one is under way."""
        answer = await self._insist(operation, sent, call, attempts)
        for _ in range(self.habits.returns):
            if answer is None or answer.code != BUSY:
                break
            await self._wait(answer)
            answer = await self._insist(operation, sent, call, attempts)
        return answer

    async def _insist(self, operation: str, sent: Row, call: Call, attempts: int) -> Answer | None:
        """Do an operation, again while nobody knows whether it happened; the last answer, None when there was none."""
        answer: Answer | None = None
        for attempt in range(attempts):
            if attempt:
                await self._wait(answer)
            answer = await ClientProcess(self.name, self.recorder).calls(operation, sent, call)
            if answer is not None and answer.status < 500:
                return answer
        return answer

    async def _wait(self, answer: Answer | None) -> None:
        """As long as the shop asked for, within reason; a little less or more, so that not all come back at once."""
        asked = answer.retry_after_s if answer is not None and answer.retry_after_s is not None else 0.2
        await asyncio.sleep(min(asked, LONGEST_WAIT_S) * (0.5 + self.random.random()))


def _undecided(answer: Answer | None) -> bool:
    return answer is None or answer.status == 202 or answer.status >= 500 or answer.code == BUSY
