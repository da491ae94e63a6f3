"""Reserving, confirming and releasing stock, for many orders in one transaction each.

A reservation is safe by four means, each sufficient against the faults of the others: decisions are made over locked rows,
writes are conditional in SQL, a lock holder that was overtaken is refused by its fencing token, and the primary key
admits one reservation per order.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from system.common.database import Database, Transaction
from system.common.errors import InvalidArgument, ShopError, StaleFencingToken, Unavailable
from system.common.telemetry import FENCED_OFF, log
from system.product.domain import reservations as rules
from system.product.domain.reservations import Batch, Plan, Reservation, Result
from system.product.domain.stock import changes
from system.product.store import refusals, reservations, stock

ATTEMPTS = 5
Settle = Callable[[Sequence[str], Mapping[str, Reservation]], Plan]


class Reservations:
    """Reservations over one schema."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reserve(self, batch: Batch) -> tuple[Result, ...]:
        """Set units aside, each order whole or not at all, decided in the order given; idempotent per order.

        Raises InvalidArgument when a product that exists has no token, StaleFencingToken when a later lock holder has
        written. Then nothing is written, for no order of the batch, but that it was refused.
        """
        try:
            return await self._decide(lambda tx: _reserve(tx, batch)) if batch.wanted else ()
        except rules.FenceStaleError as error:
            await self._put_on_record(error)
            raise StaleFencingToken(str(error), metadata={"product_id": error.product_id}) from error
        except stock.ConditionFailedError as error:
            raise StaleFencingToken(str(error)) from error

    async def confirm(self, order_ids: Sequence[str]) -> tuple[Result, ...]:
        """Turn what is reserved into sold; idempotent. RELEASED in an answer says that it is too late."""
        return await self._decide(lambda tx: _settle(tx, order_ids, rules.confirm)) if order_ids else ()

    async def release(self, order_ids: Sequence[str]) -> tuple[Result, ...]:
        """Give back what is reserved or sold; idempotent. An order without a reservation can have none afterwards."""
        return await self._decide(lambda tx: _settle(tx, order_ids, rules.release)) if order_ids else ()

    async def _put_on_record(self, refused: rules.FenceStaleError) -> None:
        """In a transaction of its own: that of the write is rolled back. The refusal stands whether or not this succeeds."""
        FENCED_OFF.inc()
        try:
            await self._database.run(lambda tx: refusals.add(tx, refused.product_id, refused.token, refused.written))
        except ShopError as error:
            log.warning("a refused write is not on record", refused=str(refused), error=str(error))

    async def _decide(self, work: Callable[[Transaction], Awaitable[tuple[Result, ...]]]) -> tuple[Result, ...]:
        for _ in range(ATTEMPTS):
            try:
                return await self._database.run(work)
            except reservations.CameFirstError:
                continue
        raise Unavailable("other calls for the same orders came first, again and again", retry_after_s=1)


async def _reserve(tx: Transaction, batch: Batch) -> tuple[Result, ...]:
    shelves = await stock.lock(tx, batch.products)
    held = await reservations.find(tx, [wanted.order_id for wanted in batch.wanted])
    try:
        plan = rules.reserve(batch, shelves, held)
    except rules.FenceMissingError as error:
        raise InvalidArgument(str(error), metadata={"product_id": error.product_id}) from error
    # Refusals are fenced like reservations: the token is written for every product that was looked at.
    await _write(tx, plan, {product_id: batch.fences[product_id] for product_id in shelves})
    return plan.results


async def _settle(tx: Transaction, order_ids: Sequence[str], settle: Settle) -> tuple[Result, ...]:
    plan = settle(order_ids, await reservations.find(tx, order_ids, lock=True))
    await stock.lock(tx, {movement.product_id for movement in plan.movements})
    await _write(tx, plan, {})
    return plan.results


async def _write(tx: Transaction, plan: Plan, fences: Mapping[str, int]) -> None:
    await stock.apply(tx, changes(plan.movements, fences))
    await stock.record(tx, plan.movements)
    await reservations.move(tx, plan.moved)
    await reservations.add(tx, plan.new)
