"""Stock rows and their ledger: locked reads, conditional writes, and entries that nobody can take back."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update

from system.common.database import Transaction
from system.product.domain.reservations import Shelf
from system.product.domain.stock import Change, Movement, Stock
from system.product.domain.values import Money, is_identifier
from system.product.tables import MOVEMENTS, PRODUCTS, STOCK

IN_CATALOGUE = PRODUCTS.c.deleted_at.is_(None)
Columns = tuple[Any, ...]
OFFER = (PRODUCTS.c.id, PRODUCTS.c.name, PRODUCTS.c.price_minor, PRODUCTS.c.currency, PRODUCTS.c.deleted_at)

AVAILABLE = STOCK.c.available + bindparam("add_available")
RESERVED = STOCK.c.reserved + bindparam("add_reserved")
SOLD = STOCK.c.sold + bindparam("add_sold")
MOVE = (
    update(STOCK)
    .where(STOCK.c.product_id.in_(bindparam("products", expanding=True)), AVAILABLE >= 0, RESERVED >= 0, SOLD >= 0)
    .values(available=AVAILABLE, reserved=RESERVED, sold=SOLD)
)
"""Safe by itself, whatever its caller believed when it decided: a count never falls below zero…"""
MOVE_FENCED = MOVE.where(STOCK.c.fence <= bindparam("token")).values(fence=bindparam("token"))
"""…and a lock holder that was overtaken changes nothing."""


class ConditionFailedError(Exception):
    """A stock row did not meet the condition of its change. The transaction must not commit."""


async def lock(tx: Transaction, product_ids: Collection[str]) -> dict[str, Shelf]:
    """Lock the stock of products, in the order of their ids, until the transaction ends; unknown products are missing."""
    known = sorted(filter(is_identifier, product_ids))
    if not known:
        return {}
    # Two queries: MySQL may scan the other table of a join, and would lock all that it scans.
    query = select(STOCK).where(STOCK.c.product_id.in_(known)).order_by(STOCK.c.product_id)
    locked = (await tx.execute(query.with_for_update())).all()
    named = await tx.execute(select(*OFFER).where(PRODUCTS.c.id.in_([row.product_id for row in locked])))
    offers = {row.id: row for row in named}
    return {row.product_id: _shelf(row, offers[row.product_id]) for row in locked}


async def add(tx: Transaction, product_id: str) -> None:
    """An empty stock row for a new product."""
    await tx.execute(insert(STOCK).values(product_id=product_id))


async def find(tx: Transaction, product_id: str) -> Stock | None:
    """The units of a product in the catalogue, or None."""
    query = select(STOCK).join(PRODUCTS, PRODUCTS.c.id == STOCK.c.product_id)
    row = (await tx.execute(query.where(STOCK.c.product_id == product_id, IN_CATALOGUE))).first()
    return Stock(row.product_id, row.available, row.reserved, row.sold) if row else None


async def apply(tx: Transaction, changes: Sequence[Change]) -> None:
    """Change locked stock rows; those that change alike share a statement. Raises ConditionFailedError."""
    alike: dict[Change, list[str]] = {}
    for change in changes:
        alike.setdefault(replace(change, product_id=""), []).append(change.product_id)
    for change, product_ids in alike.items():
        values = {"add_available": change.available, "add_reserved": change.reserved, "add_sold": change.sold}
        fenced = {} if change.fence is None else {"token": change.fence}
        statement = MOVE_FENCED if fenced else MOVE
        result = await tx.execute(statement, {"products": product_ids, **values, **fenced})
        if result.rowcount != len(product_ids):
            refused = len(product_ids) - result.rowcount
            raise ConditionFailedError(f"{refused} of {len(product_ids)} stock rows did not meet the condition of their change")


async def record(tx: Transaction, movements: Sequence[Movement]) -> None:
    """Add entries to the ledger. Call it with the stock rows locked, so that a product's entries stand in their order."""
    if movements:
        await tx.execute(insert(MOVEMENTS), [{**vars(m), "kind": m.kind.value} for m in movements])


def _shelf(row: Row[*Columns], offer: Row[*Columns]) -> Shelf:
    return Shelf(
        product_id=row.product_id,
        name=offer.name,
        price=Money(offer.price_minor, offer.currency),
        available=row.available,
        reserved=row.reserved,
        fence=row.fence,
        on_sale=offer.deleted_at is None,
    )
