"""What the order service does for its callers: place a batch, read, complete, cancel, and let what is overdue expire."""

import asyncio
import base64
import binascii
import re
import uuid
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.exc import IntegrityError

from system.common import deadlines
from system.common.background import pause
from system.common.database import Database, Transaction
from system.common.errors import Conflict, InvalidArgument, KeyReused, NotFound, PaymentDeclined, Unavailable
from system.common.idempotency import fingerprint
from system.common.saga import Saga, State
from system.common.saga_engine import SagaEngine
from system.order import store
from system.order.domain import Order, Placement, Status, content, fault_of, why_not_cancellable, why_not_payable
from system.order.settings import OrderSettings

CLASHES = 3
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - like the database's times: UTC, without saying so
_CURSOR = re.compile(r"(?P<micros>[0-9]{16})-(?P<order>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
EXPIRY_BATCH = 100
MESSAGES = {
    "ORDER_PENDING": "the order has not been decided yet; try again shortly",
    "ORDER_REJECTED": "the order was rejected",
    "ORDER_PAID": "the order is paid",
    "ORDER_ALREADY_PAID": "the order was paid with another payment",
    "ORDER_CANCELLED": "the order was cancelled",
    "ORDER_EXPIRED": "the time to pay for the order is over",
    "ORDER_BUSY": "the order is being changed by another request; read it and try again",
}


class Placed(StrEnum):
    """How a placement was taken; the names are those of shop.events.v1.PlaceOrderOutcome."""

    RESERVED = "RESERVED"
    REJECTED = "REJECTED"
    KEY_REUSED = "KEY_REUSED"
    PENDING = "PENDING"


@dataclass(frozen=True)
class Answer:
    """An order, and whether a saga is still at work on it."""

    order: Order
    in_progress: bool


class OrderHandlers:
    """The use cases of the order service."""

    def __init__(self, database: Database, engine: SagaEngine, settings: OrderSettings) -> None:
        self._database = database
        self._engine = engine
        self._settings = settings
        self._running: set[asyncio.Task[list[Saga]]] = set()

    async def place(self, placements: Sequence[Placement]) -> list[tuple[Placed, Order]]:
        """Take a batch: write the new orders down, run their sagas together, and say of each placement how it was taken.

        A placement seen before is answered as it was decided then; one whose id or key stands for something else, with the
        order that it stands for. Raises Unavailable when nothing could be written.
        """
        sagas = await self._admit(placements)
        await self._engine.execute(sagas)
        async with self._database.transaction() as tx:
            orders = await store.find(tx, [p.order_id for p in placements])
            holders = await store.holders(tx, [p for p in placements if p.order_id not in orders])
        return [
            (_placed(p, orders[p.order_id]), orders[p.order_id])
            if p.order_id in orders
            else (Placed.KEY_REUSED, holders[p.key])
            for p in placements
        ]

    async def accept(self, placement: Placement) -> Order:
        """Write one order down that is still in the queue; the saga loop decides it. Raises InvalidArgument, KeyReused."""
        if reason := fault_of(placement):
            raise InvalidArgument("this can never be an order", reason=reason)
        await self._admit([placement], leased=False)
        async with self._database.transaction() as tx:
            order = (await store.find(tx, [placement.order_id])).get(placement.order_id)
        if order is None or _placed(placement, order) is Placed.KEY_REUSED:
            raise KeyReused("the idempotency key was used for another order")
        return order

    async def _admit(self, placements: Sequence[Placement], *, leased: bool = True) -> list[Saga]:
        for _ in range(CLASHES):
            try:
                return await self._database.run(lambda tx: self._write_new(tx, placements, leased))
            except IntegrityError:
                continue  # another instance was given the same command and wrote it between our look and our insert
        raise Unavailable("the orders could not be written: others write the same ones", retry_after_s=1)

    async def _write_new(self, tx: Transaction, placements: Sequence[Placement], leased: bool) -> list[Saga]:
        by_id = {p.order_id: p for p in reversed(placements)}
        known = await store.find(tx, by_id)
        by_key = {p.key: p for p in by_id.values() if p.order_id not in known}
        held = await store.holders(tx, list(by_key.values()))
        new = [p for key, p in by_key.items() if key not in held]
        await store.add(tx, new)
        return await self._engine.start(tx, "place", {p.order_id: {} for p in new}, leased=leased)

    async def get(self, order_id: str, user_id: str) -> Order:
        """One order, if `user_id` owns it (empty: an admin asks). Raises NotFound."""
        async with self._database.transaction() as tx:
            return await self._owned(tx, order_id, user_id, lock=False)

    async def page(self, user_id: str, size: int, token: str) -> tuple[list[Order], str]:
        """A page of a user's orders, newest first, and the token of the next one (empty on the last)."""
        async with self._database.transaction() as tx:
            orders = await store.page(tx, user_id, size + 1, _read_token(token))
        more = len(orders) > size
        return orders[:size], _token(orders[size - 1]) if more else ""

    async def complete(self, order_id: str, user_id: str, payment_id: str) -> Answer:
        """Pay an order. Raises PaymentDeclined, Conflict, NotFound."""

        async def begin(tx: Transaction) -> list[Saga]:
            order = await self._owned(tx, order_id, user_id, lock=True)
            active = await store.active_saga(tx, order_id)
            # Before its time is looked at: a request that is repeated joins what the first one began while there was time.
            if _is(active, "complete", {"payment_id": payment_id}):
                return []
            _refuse(why_not_payable(order, payment_id))
            if order.status is Status.PAID:
                return []
            _refuse("ORDER_BUSY" if active else "")
            return await self._engine.start(tx, "complete", {order_id: {"payment_id": payment_id}})

        return await self._run(order_id, user_id, await self._database.run(begin))

    async def cancel(self, order_id: str, user_id: str) -> Answer:
        """Call an order off. Raises Conflict, NotFound."""

        async def begin(tx: Transaction) -> list[Saga]:
            order = await self._owned(tx, order_id, user_id, lock=True)
            _refuse(why_not_cancellable(order))
            active = await store.active_saga(tx, order_id)
            if order.status is Status.CANCELLED or _is(active, "cancel", {}):
                return []
            _refuse("ORDER_BUSY" if active else "")
            return await self._engine.start(tx, "cancel", {order_id: {}})

        return await self._run(order_id, user_id, await self._database.run(begin))

    async def expire(self, stop: asyncio.Event) -> None:
        """A background loop: orders whose time to pay is over go the way of the saga `expire`."""
        while not stop.is_set():
            sagas = await self._database.run(self._begin_expiry)
            await self._engine.execute(sagas)
            if len(sagas) < EXPIRY_BATCH:
                await pause(stop, self._settings.expiry_poll_s)

    async def _begin_expiry(self, tx: Transaction) -> list[Saga]:
        return await self._engine.start(tx, "expire", {key: {} for key in await store.overdue(tx, EXPIRY_BATCH)})

    async def _run(self, order_id: str, user_id: str, sagas: list[Saga]) -> Answer:
        """Run a saga to its rest, or answer `in_progress` shortly before the caller's deadline; the saga goes on."""
        if sagas:
            task = _detached(self._engine.execute(sagas))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            patience_s = max(0.0, deadlines.remaining(self._settings.call_timeout_s) - self._settings.answer_margin_s)
            await asyncio.wait((task,), timeout=patience_s)
            ended = [s for s in task.result() if s.state is State.COMPENSATED] if task.done() else []
            if ended and ended[0].kind == "complete" and ended[0].reason != "STOCK_LOST":
                raise PaymentDeclined("the payment was declined", reason=ended[0].reason)
        async with self._database.transaction() as tx:
            order = await self._owned(tx, order_id, user_id, lock=False)
        if order.reason == "STOCK_LOST":
            raise Conflict("the stock was lost; whatever was paid has been refunded", reason="STOCK_LOST")
        return Answer(order, in_progress=order.status is Status.RESERVED)

    async def finish(self, within_s: float) -> None:
        """Wait for sagas whose callers have been answered; what is not done in time is resumed elsewhere."""
        if self._running:
            await asyncio.wait(self._running, timeout=within_s)

    @staticmethod
    async def _owned(tx: Transaction, order_id: str, user_id: str, *, lock: bool) -> Order:
        order = (await store.find(tx, [order_id], lock=lock)).get(order_id)
        if order is None or (user_id and order.user_id != user_id):
            raise NotFound("there is no such order", reason="ORDER_NOT_FOUND")
        return order


def _placed(placement: Placement, order: Order) -> Placed:
    if order.user_id != placement.user_id or order.fingerprint != fingerprint(content(placement)):
        return Placed.KEY_REUSED
    undecided = {Status.PENDING: Placed.PENDING, Status.REJECTED: Placed.REJECTED}
    return undecided.get(order.status, Placed.RESERVED)


def _is(active: tuple[str, Mapping[str, str]] | None, kind: str, data: Mapping[str, str]) -> bool:
    """Whether the saga at work is just like the one asked for."""
    return active is not None and active[0] == kind and all(active[1].get(key) == value for key, value in data.items())


def _refuse(reason: str) -> None:
    if reason:
        raise Conflict(MESSAGES[reason], reason=reason)


def _detached(work: Coroutine[None, None, list[Saga]]) -> asyncio.Task[list[Saga]]:
    """A task that the caller's deadline and cancellation do not reach; it goes on with the caller's trace and log context."""
    with deadlines.none():
        return asyncio.create_task(work)


def _token(order: Order) -> str:
    """Microseconds since 1970, and the id."""
    return f"{(order.created_at - EPOCH) // timedelta(microseconds=1):016}-{order.id}"


def _read_token(token: str) -> tuple[str, str] | None:
    if not token:
        return None
    if (ours := _CURSOR.fullmatch(token)) is not None:
        return (EPOCH + timedelta(microseconds=int(ours["micros"]))).isoformat(sep=" "), ours["order"]
    try:  # what release 0.1 gave out
        moment, _, order_id = base64.urlsafe_b64decode(token.encode()).decode().partition("|")
        return datetime.fromisoformat(moment).isoformat(sep=" "), str(uuid.UUID(order_id))
    except (ValueError, binascii.Error, UnicodeError) as error:
        raise InvalidArgument("this is not a cursor of ours", reason="BAD_CURSOR") from error
