"""One customer: places an order, waits for what becomes of it, then pays, calls it off or walks away.

A buyer keeps one idempotency key for one order and repeats a request only while its outcome is unknown, with the
same key, after the time the shop asked for. What it does is drawn from its own random stream, so a run can be
replayed.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

import httpx

from chaos.client import Address, Answer, Line, Order, OrderRef, Payment, Provider, RefusedError, Shop
from chaos.guarantees import facts
from harness.history import Recorder, Row

LONGEST_WAIT_S = 2.0
READS = 20
"""How often a buyer looks for the decision on an order that was answered 202."""


@dataclass(frozen=True, kw_only=True)
class Habits:
    """How likely a buyer is to do what (0 to 1), and how often it asks again."""

    insists: float = 0.8
    attempts: int = 6
    pays: float = 0.4
    cancels: float = 0.1


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
        sent: Row = {
            "user_id": self.user_id,
            "key": key,
            "items": [asdict(line) for line in lines],
            "delivery_address": asdict(self.address),
        }
        placed = await self._insist(facts.PLACE_ORDER, sent, lambda: self.shop.place_order(key, lines, self.address), attempts)
        if placed is None or placed.status not in (201, 202):
            return
        with suppress(RefusedError):  # an answer that makes no sense is on record, for the judges to see
            order = await self._decided(placed.read(OrderRef).id)
            if order is not None and order.status == "RESERVED":
                await self._decide(order, fate, attempts)

    async def _decide(self, order: Order, fate: float, attempts: int) -> None:
        if fate < self.habits.pays:
            await self._pay(order)
        elif fate < self.habits.pays + self.habits.cancels:
            await self._insist(facts.CANCEL_ORDER, {"order_id": order.id}, lambda: self.shop.cancel(order.id), attempts)

    async def _pay(self, order: Order) -> None:
        total = order.total
        if total is None:
            return
        authorised = await self._insist(
            facts.AUTHORISE_PAYMENT,
            {"order_id": order.id, "amount": asdict(total)},
            lambda: self.provider.authorise(order.id, total),
            1,
        )
        if authorised is None or authorised.status != 201:
            return
        payment = authorised.read(Payment)
        await self._insist(
            facts.COMPLETE_ORDER,
            {"order_id": order.id, "payment_id": payment.id},
            lambda: self.shop.complete(order.id, payment.id),
            self.habits.attempts,
        )

    async def _decided(self, order_id: str) -> Order | None:
        """The order once it is decided; None when that takes too long or cannot be learned."""
        for _ in range(READS):
            answer = await self._insist(facts.READ_ORDER, {"order_id": order_id}, lambda: self.shop.order(order_id), 1)
            if answer is not None and answer.status == 200 and (order := answer.read(Order)).status != "PENDING":
                return order
            await self._wait(answer)
        return None

    async def _insist(self, operation: str, sent: Row, call: Callable[[], Awaitable[Answer]], attempts: int) -> Answer | None:
        """Do an operation, again while nobody knows whether it happened; the last answer, None when there was none."""
        answer: Answer | None = None
        for attempt in range(attempts):
            if attempt:
                await self._wait(answer)
            with self.recorder.invoke(self.name, operation, sent) as record:
                try:
                    answer = await call()
                except httpx.HTTPError as error:
                    record.raised(error)
                    answer = None
                    continue
                record.answered(answer.status, answer.body)
            if answer.status < 500:
                return answer
        return answer

    async def _wait(self, answer: Answer | None) -> None:
        """As long as the shop asked for, within reason; a little less or more, so that not all come back at once."""
        asked = answer.retry_after_s if answer is not None and answer.retry_after_s is not None else 0.2
        await asyncio.sleep(min(asked, LONGEST_WAIT_S) * (0.5 + self.random.random()))
