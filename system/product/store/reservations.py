"""Reservations and their lines."""

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from system.common.database import DUPLICATE, Transaction, mysql_code
from system.product.domain.reservations import PricedLine, Reservation, State
from system.product.domain.values import Money
from system.product.tables import LINES, RESERVATIONS


class CameFirstError(Exception):
    """Another transaction made a reservation for one of these orders after this one had looked. Run this one again."""


async def find(tx: Transaction, order_ids: Collection[str], *, lock: bool = False) -> dict[str, Reservation]:
    """Reservations by order; orders without one are missing. `lock` keeps them, by order id, until the transaction ends."""
    if not order_ids:
        return {}
    query = select(RESERVATIONS.c.order_id, RESERVATIONS.c.state).where(RESERVATIONS.c.order_id.in_(sorted(set(order_ids))))
    query = query.order_by(RESERVATIONS.c.order_id)
    found = (await tx.execute(query.with_for_update() if lock else query)).all()
    # Lines never change, so they need no lock. Joined they would get one, and with it all that MySQL scans for the join.
    lines = await _lines(tx, [row.order_id for row in found])
    return {row.order_id: Reservation(row.order_id, State(row.state), lines.get(row.order_id, ())) for row in found}


async def add(tx: Transaction, reservations: Sequence[Reservation]) -> None:
    """Write new reservations with their lines. Raises CameFirstError when there is one for such an order already."""
    if not reservations:
        return
    in_order = sorted(reservations, key=lambda r: r.order_id)
    lines = [
        {
            "order_id": r.order_id, "product_id": line.product_id, "quantity": line.quantity, "name": line.name,
            "unit_price_minor": line.unit_price.minor_units, "currency": line.unit_price.currency,
        }
        for r in in_order
        for line in r.lines
    ]  # fmt: skip
    try:
        await tx.execute(insert(RESERVATIONS), [{"order_id": r.order_id, "state": r.state.value} for r in in_order])
    except IntegrityError as error:
        if mysql_code(error) == DUPLICATE:
            raise CameFirstError from error
        raise
    if lines:
        await tx.execute(insert(LINES), lines)


async def move(tx: Transaction, moved: Mapping[str, State]) -> None:
    """Give locked reservations another state."""
    for state in State:
        order_ids = [order_id for order_id, target in moved.items() if target is state]
        if order_ids:
            here = update(RESERVATIONS).where(RESERVATIONS.c.order_id.in_(order_ids))
            await tx.execute(here.values(state=state.value))


async def _lines(tx: Transaction, order_ids: Sequence[str]) -> dict[str, tuple[PricedLine, ...]]:
    if not order_ids:
        return {}
    query = select(LINES).where(LINES.c.order_id.in_(order_ids)).order_by(LINES.c.order_id, LINES.c.product_id)
    return {
        order_id: tuple(PricedLine(r.product_id, r.quantity, r.name, Money(r.unit_price_minor, r.currency)) for r in group)
        for order_id, group in groupby(await tx.execute(query), key=lambda r: r.order_id)
    }
