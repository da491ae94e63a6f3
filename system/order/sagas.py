"""The life of an order, as four business processes. Read DEFINITIONS first; the steps are below it.

Every remote step is idempotent by order (and payment), so a step repeated by an instance that resumes a saga does nothing
new. A definite no turns a saga around; anything else is tried again until it is answered.
"""

import json
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from system.common.database import Database, Transaction
from system.common.errors import Conflict, Internal, PaymentDeclined
from system.common.outbox import Outbox
from system.common.redlock import Grant
from system.common.saga import Definition, Done, Local, Outcome, Refused, Remote, Saga, each
from system.order import store
from system.order.clients import Payments, Reserved, Stock
from system.order.domain import Item, Money, PaymentOutcome, Status, why_not_offered
from system.order.wire import event

STOCK_LOST = "STOCK_LOST"


class Lock(Protocol):
    """The part of Redlock that sagas need."""

    def hold(self, resources: Sequence[str]) -> AbstractAsyncContextManager[Grant]:
        """Hold the lock on resources while the block runs."""


class OrderSagas:
    """The steps, with what they need."""

    def __init__(
        self, database: Database, lock: Lock, stock: Stock, payments: Payments, outbox: Outbox, *, reservation_ttl_s: float
    ) -> None:
        self._database = database
        self._lock = lock
        self._stock = stock
        self._payments = payments
        self._outbox = outbox
        self._ttl_s = reservation_ttl_s

    def definitions(self) -> tuple[Definition, ...]:
        """The four processes."""
        return (
            Definition(
                "place",
                steps=(Remote("reserve_stock", self.reserve_stock, undo=self.release_stock),),
                finish=Local("await_payment", self.await_payment),
                give_up=Local("reject", self.reject),
            ),
            Definition(
                "complete",
                steps=(
                    Remote("capture_payment", self.capture_payment, undo=self.refund_payment),
                    Remote("confirm_stock", self.confirm_stock),
                ),
                finish=Local("mark_paid", self.mark_paid),
                give_up=Local("leave_or_cancel", self.leave_or_cancel),
            ),
            Definition(
                "cancel",
                steps=(Remote("release_stock", self.release_stock),),
                finish=Local("mark_cancelled", self.mark_cancelled),
                give_up=Local("stay", self.stay),
            ),
            Definition(
                "expire",
                steps=(Remote("release_stock", self.release_stock),),
                finish=Local("mark_expired", self.mark_expired),
                give_up=Local("stay", self.stay),
            ),
        )

    # place

    async def reserve_stock(self, sagas: Sequence[Saga]) -> Sequence[Outcome]:
        """Under one lock over the batch's products, one call for all its orders."""
        async with self._database.transaction() as tx:
            orders = await store.find(tx, [s.subject for s in sagas])
        wanted = {s.subject: orders[s.subject].items for s in sagas}
        products = sorted({item.product_id for items in wanted.values() for item in items})
        async with self._lock.hold(products) as grant:
            results = await self._stock.reserve(wanted, grant.token)
        return [_reserved(results[s.subject]) for s in sagas]

    async def await_payment(self, tx: Transaction, sagas: Sequence[Saga]) -> None:
        """The stock is set aside: the customer may pay."""
        await store.reserve(tx, {s.subject: _load(s.data["lines"]) for s in sagas}, self._ttl_s)
        await self._tell(tx, sagas)

    async def reject(self, tx: Transaction, sagas: Sequence[Saga]) -> None:
        """The stock could not be had."""
        for reason in {s.reason for s in sagas}:
            await store.move(tx, [s.subject for s in sagas if s.reason == reason], Status.REJECTED, reason=reason)
        await self._tell(tx, sagas)

    # complete

    async def capture_payment(self, sagas: Sequence[Saga]) -> Sequence[Outcome]:
        """Take what the customer authorised at the provider."""
        async with self._database.transaction() as tx:
            orders = await store.find(tx, [s.subject for s in sagas])

        async def capture(saga: Saga) -> Outcome:
            amount = orders[saga.subject].total
            if amount is None:
                raise Internal(f"order {saga.subject} is being paid without a total")
            try:
                await self._payments.capture(saga.subject, saga.data["payment_id"], amount)
            except (PaymentDeclined, Conflict) as error:
                return Refused(error.code)
            return Done()

        return await each(sagas, capture)

    async def refund_payment(self, sagas: Sequence[Saga]) -> Sequence[Outcome]:
        """Give it back."""

        async def refund(saga: Saga) -> Outcome:
            await self._payments.refund(saga.subject, saga.data["payment_id"])
            return Done()

        return await each(sagas, refund)

    async def confirm_stock(self, sagas: Sequence[Saga]) -> Sequence[Outcome]:
        """What was set aside is sold. Refused when it is no longer set aside: then the money goes back."""
        results = await self._stock.confirm([s.subject for s in sagas])
        return [Done() if results[s.subject].outcome == "CONFIRMED" else Refused(STOCK_LOST) for s in sagas]

    async def mark_paid(self, tx: Transaction, sagas: Sequence[Saga]) -> None:
        """Paid and sold: payment will see to the confirmation."""
        for saga in sagas:
            payment = saga.data["payment_id"]
            told = store.last_payment(payment, PaymentOutcome.CAPTURED)
            await store.move(tx, [saga.subject], Status.PAID, payment_id=payment, **told)
        await self._tell(tx, sagas)

    async def leave_or_cancel(self, tx: Transaction, sagas: Sequence[Saga]) -> None:
        """A declined payment leaves the order as it was, to be paid otherwise; stock that was lost ends it, refunded."""
        lost = [s for s in sagas if s.reason == STOCK_LOST]
        for saga in sagas:
            outcome = PaymentOutcome.REFUNDED if saga.reason == STOCK_LOST else PaymentOutcome.DECLINED
            await store.note_payment(tx, saga.subject, saga.data["payment_id"], outcome, saga.reason)
        if lost:
            await store.move(tx, [s.subject for s in lost], Status.CANCELLED, reason=STOCK_LOST)
            await self._tell(tx, lost)

    # cancel, expire

    async def release_stock(self, sagas: Sequence[Saga]) -> Sequence[Outcome]:
        """Give back what was set aside."""
        await self._stock.release([s.subject for s in sagas])
        return [Done()] * len(sagas)

    async def mark_cancelled(self, tx: Transaction, sagas: Sequence[Saga]) -> None:
        """Called off by its owner."""
        await store.move(tx, [s.subject for s in sagas], Status.CANCELLED, reason="CANCELLED_BY_OWNER")
        await self._tell(tx, sagas)

    async def mark_expired(self, tx: Transaction, sagas: Sequence[Saga]) -> None:
        """Not paid in time."""
        await store.move(tx, [s.subject for s in sagas], Status.EXPIRED, reason="NOT_PAID_IN_TIME")
        await self._tell(tx, sagas)

    async def stay(self, tx: Transaction, sagas: Sequence[Saga]) -> None:
        """Releasing is never refused, so this has nothing to do."""

    async def _tell(self, tx: Transaction, sagas: Sequence[Saga]) -> None:
        orders = await store.find(tx, [s.subject for s in sagas])
        await self._outbox.write(tx, [event(orders[s.subject]) for s in sagas])
        self._outbox.wake()


def _reserved(result: Reserved) -> Outcome:
    if result.outcome != "RESERVED":
        return Refused(result.outcome)
    if reason := why_not_offered(result.items):
        return Refused(reason, effect=True)
    return Done({"lines": _dump(result.items)})


def _dump(items: Sequence[Item]) -> str:
    return json.dumps(
        [[i.product_id, i.quantity, i.name, i.unit_price.minor_units, i.unit_price.currency] for i in items if i.unit_price]
    )


def _load(text: str) -> list[Item]:
    return [
        Item(product, quantity, name, Money(minor, currency)) for product, quantity, name, minor, currency in json.loads(text)
    ]
