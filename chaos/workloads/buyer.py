"""One customer: places an order, polls until it is decided, then pays, cancels or abandons it.

A buyer keeps one idempotency key for one order and repeats a request only while its outcome is unknown, with the
same key, after the time the shop asked for. What it does is drawn from its own random stream, so a run can be
replayed.
"""

import asyncio
from contextlib import suppress
from dataclasses import asdict, dataclass
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from chaos.client import Address, Answer, Line, Money, Order, OrderRef, Payment, Provider, RefusedError, Shop
from chaos.client.sandboxes import BAD_CARD, GOOD_CARD
from chaos.observations.orders import (
    AUTHORISE_PAYMENT,
    CANCEL_ORDER,
    CAPTURE_ELSEWHERE,
    COMPLETE_ORDER,
    PLACE_ORDER,
    READ_ORDER,
)
from chaos.observations.outside import CUSTOMERS_KEY
from chaos.workloads.client_process import Call, ClientProcess
from harness.history import Recorder, Row

LONGEST_WAIT_S = 2.0
BUSY = "ORDER_BUSY"
ABANDONS = 0.5
"""Probability that a buyer whose card was declined does not pay at all."""


@dataclass(frozen=True, kw_only=True)
class Habits:
    """Probabilities (0 to 1) and numbers of retries of a buyer.

    `retries`: to retry at all, up to `attempts` requests, while the outcome is unknown. `pays_again`: to pay with another
    payment, not retry, when the outcome of the first is unknown. `bad_card`: to pay with a card that is declined, first or
    at all. `busy_retries`: retries after ORDER_BUSY. `polls`: how often it reads an undecided order, before the next one.
    """

    retries: float = 0.8
    attempts: int = 6
    pays: float = 0.4
    cancels: float = 0.1
    pays_again: float = 0.0
    bad_card: float = 0.0
    busy_retries: int = 0
    polls: int = 20


TO_ORDER = frozenset({PLACE_ORDER, READ_ORDER})
TO_PAY = frozenset({READ_ORDER, AUTHORISE_PAYMENT, COMPLETE_ORDER})
TO_CANCEL = frozenset({CANCEL_ORDER})
"""The operations of ordering, paying and cancelling."""


def operations_of(habits: Habits) -> frozenset[str]:
    """Names of the operations that many buyers with these habits do."""
    return TO_ORDER | (TO_PAY if habits.pays else frozenset()) | (TO_CANCEL if habits.cancels else frozenset())


@dataclass
class Buyer:
    """`name` is the process in the history, `user_id` the account that `shop` is authenticated as."""

    name: str
    user_id: str
    address: Address
    shop: Shop
    provider: Provider
    recorder: Recorder
    random: Random
    habits: Habits

    async def buys(self, key: str, lines: list[Line]) -> None:
        """Place an order under a key, then pay, cancel or abandon it."""
        attempts = self.habits.attempts if self.random.random() < self.habits.retries else 1
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
        placed = await self._retry_unknown(
            PLACE_ORDER, sent, lambda: self.shop.place_order(key, lines, self.address), attempts or self.habits.attempts
        )
        if placed is None or placed.status not in (201, 202):
            return None
        with suppress(RefusedError):  # a malformed answer is recorded and judged
            order = await self._poll_beyond("PENDING", placed.read(OrderRef).id)
            return order if order is not None and order.status == "RESERVED" else None
        return None

    async def _decide(self, order: Order, fate: float, attempts: int) -> None:
        if fate < self.habits.pays:
            await self.pays(order)
        elif fate < self.habits.pays + self.habits.cancels:
            await self.cancels(order, attempts)

    async def pays(self, order: Order) -> None:
        """Have the provider authorise an order's total, complete the order, and poll it while that is undecided."""
        if self.random.random() < self.habits.bad_card:
            await self._pays_badly(order)
            if self.random.random() < ABANDONS:
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
                await self._poll_beyond("RESERVED", order.id)

    async def _pays_badly(self, order: Order) -> None:
        payment = await self.authorises(order, BAD_CARD)
        if payment is not None:
            await self.completes(order, payment)

    async def authorises(self, order: Order, method: str = GOOD_CARD, amount: Money | None = None) -> Payment | None:
        """Authorise a payment for an order at the provider, of its total or another `amount`; None when that fails."""
        total = amount or order.total
        if total is None:
            return None
        sent: Row = {"order_id": order.id, "amount": asdict(total), "method": method}
        answer = await self._retry_unknown(AUTHORISE_PAYMENT, sent, lambda: self.provider.authorise(order.id, total, method), 1)
        return answer.read(Payment) if answer is not None and answer.status == 201 else None

    async def captures(self, order: Order, payment: Payment, minor_units: int) -> None:
        """Capture so much of a payment at the provider, past the shop."""
        key = f"{CUSTOMERS_KEY}{self.name}:{payment.id}"
        sent: Row = {"order_id": order.id, "payment_id": payment.id, "minor_units": minor_units, "key": key}
        await self._retry_unknown(CAPTURE_ELSEWHERE, sent, lambda: self.provider.capture(payment.id, minor_units, key), 1)

    async def completes(self, order: Order, payment: Payment, attempts: int | None = None) -> Answer | None:
        """Complete an order with a payment; returns the last answer."""
        sent: Row = {"order_id": order.id, "payment_id": payment.id}
        return await self._retry_busy(
            COMPLETE_ORDER, sent, lambda: self.shop.complete(order.id, payment.id), attempts or self.habits.attempts
        )

    async def cancels(self, order: Order, attempts: int | None = None) -> Answer | None:
        """Cancel an order; returns the last answer."""
        sent: Row = {"order_id": order.id}
        return await self._retry_busy(CANCEL_ORDER, sent, lambda: self.shop.cancel(order.id), attempts or self.habits.attempts)

    async def reads(self, order_id: str) -> Order | None:
        """Read an order once; None when there is no such answer."""
        answer = await self._retry_unknown(READ_ORDER, {"order_id": order_id}, lambda: self.shop.order(order_id), 1)
        with suppress(RefusedError):
            return answer.read(Order) if answer is not None else None
        return None

    async def _poll_beyond(self, status: str, order_id: str) -> Order | None:
        """The order once it has another status; None when it has not after `polls` reads. Raises RefusedError."""
        for _ in range(self.habits.polls):
            answer = await self._retry_unknown(READ_ORDER, {"order_id": order_id}, lambda: self.shop.order(order_id), 1)
            if answer is not None and answer.status == 200 and (order := answer.read(Order)).status != status:
                return order
            await self._wait(answer)
        return None

    async def _retry_busy(self, operation: str, sent: Row, call: Call, attempts: int) -> Answer | None:
        """Do an operation on an order, and retry it while the answer is ORDER_BUSY."""
        answer = await self._retry_unknown(operation, sent, call, attempts)
        for _ in range(self.habits.busy_retries):
            if answer is None or answer.code != BUSY:
                break
            await self._wait(answer)
            answer = await self._retry_unknown(operation, sent, call, attempts)
        return answer

    async def _retry_unknown(self, operation: str, sent: Row, call: Call, attempts: int) -> Answer | None:
        """Do an operation, and retry it while its outcome is unknown; the last answer, None without one."""
        answer: Answer | None = None
        for attempt in range(attempts):
            if attempt:
                await self._wait(answer)
            answer = await ClientProcess(self.name, self.recorder).calls(operation, sent, call)
            if answer is not None and answer.status < 500:
                return answer
        return answer

    async def _wait(self, answer: Answer | None) -> None:
        """Wait the answer's Retry-After, at most LONGEST_WAIT_S, times 0.5 to 1.5 as jitter."""
        asked = answer.retry_after_s if answer is not None and answer.retry_after_s is not None else 0.2
        await asyncio.sleep(min(asked, LONGEST_WAIT_S) * (0.5 + self.random.random()))


def _undecided(answer: Answer | None) -> bool:
    return answer is None or answer.status == 202 or answer.status >= 500 or answer.code == BUSY
