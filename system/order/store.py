"""All SQL of the order service. Every function works in the caller's transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Row, and_, exists, insert, or_, select, tuple_, update

from system.common.database import NOW, Transaction, in_seconds
from system.common.idempotency import fingerprint
from system.common.saga_store import ACTIVE, SAGAS
from system.order.domain import (
    Address,
    Item,
    Money,
    Order,
    PaymentAttempt,
    PaymentOutcome,
    Placement,
    Status,
    before,
    content,
    sum_of,
)
from system.order.tables import FENCING_TOKENS, ITEMS, ORDERS

OVERDUE = (ORDERS.c.expires_at <= NOW).label("overdue")


async def draw_token(tx: Transaction, resources: Sequence[str], holder: str) -> int:
    """The next fencing token: higher than every one drawn before, for whatever resource. Says who drew it, and for what."""
    drawn = insert(FENCING_TOKENS).values(resources=len(resources), names=list(resources), holder=holder)
    result = await tx.execute(drawn)
    return int(result.lastrowid)


async def add(tx: Transaction, placements: Sequence[Placement]) -> None:
    """Write new orders, PENDING. Raises sqlalchemy.exc.IntegrityError when one is there already."""
    orders = [
        {
            "id": p.order_id, "user_id": p.user_id, "idempotency_key": p.idempotency_key, "status": Status.PENDING.value,
            "fingerprint": fingerprint(content(p)), "customer_email": p.customer_email, **vars(p.address),
        }
        for p in placements
    ]  # fmt: skip
    items = [
        {"order_id": p.order_id, "position": n, "product_id": i.product_id, "quantity": i.quantity}
        for p in placements
        for n, i in enumerate(p.items)
    ]
    if orders:
        await tx.execute(insert(ORDERS), orders)
        await tx.execute(insert(ITEMS), items)


async def find(tx: Transaction, ids: Collection[str], *, lock: bool = False) -> dict[str, Order]:
    """Orders by id; unknown ones are missing. `lock` keeps their rows until the transaction ends."""
    if not ids:
        return {}
    query = select(ORDERS, OVERDUE).where(ORDERS.c.id.in_(ids)).order_by(ORDERS.c.id)
    rows = (await tx.execute(query.with_for_update() if lock else query)).all()
    return {order.id: order for order in await _with_items(tx, rows)}


async def holders(tx: Transaction, placements: Sequence[Placement]) -> dict[tuple[str, str], Order]:
    """The orders that have the customers and keys of placements, whatever their ids."""
    if not placements:
        return {}
    query = select(ORDERS.c.id, ORDERS.c.user_id, ORDERS.c.idempotency_key)
    rows = await tx.execute(query.where(tuple_(ORDERS.c.user_id, ORDERS.c.idempotency_key).in_([p.key for p in placements])))
    keys = {row.id: (row.user_id, row.idempotency_key) for row in rows}
    return {keys[order_id]: order for order_id, order in (await find(tx, list(keys))).items()}


async def page(tx: Transaction, user_id: str, size: int, after: tuple[str, str] | None) -> list[Order]:
    """A user's orders, newest first, at most `size`, behind the (created_at, id) of the last one seen."""
    query = select(ORDERS, OVERDUE).where(ORDERS.c.user_id == user_id)
    if after:
        moment, order_id = after
        older = and_(ORDERS.c.created_at == moment, ORDERS.c.id < order_id)
        query = query.where(or_(ORDERS.c.created_at < moment, older))
    rows = (await tx.execute(query.order_by(ORDERS.c.created_at.desc(), ORDERS.c.id.desc()).limit(size))).all()
    return await _with_items(tx, rows)


async def active_saga(tx: Transaction, order_id: str) -> tuple[str, Mapping[str, str]] | None:
    """Kind and data of the saga that an order is in, or None."""
    query = select(SAGAS.c.kind, SAGAS.c.data).where(SAGAS.c.subject == order_id, ACTIVE)
    row = (await tx.execute(query)).first()
    return (row.kind, row.data) if row else None


async def overdue(tx: Transaction, limit: int) -> list[str]:
    """Locks and names orders whose time to pay is over and that no saga is working on."""
    busy = exists().where(SAGAS.c.subject == ORDERS.c.id, ACTIVE)
    query = select(ORDERS.c.id).where(ORDERS.c.status == Status.RESERVED.value, ORDERS.c.expires_at <= NOW, ~busy)
    rows = await tx.execute(query.order_by(ORDERS.c.expires_at).limit(limit).with_for_update(skip_locked=True))
    return list(rows.scalars())


async def reserve(tx: Transaction, priced: Mapping[str, Sequence[Item]], ttl_s: float) -> None:
    """Mark orders RESERVED at the prices of their lines; they can be paid for `ttl_s` seconds from now."""
    totals = sorted((_total(items), order_id) for order_id, items in priced.items())
    for total, same in groupby(totals, key=lambda pair: pair[0]):
        values = {"total_minor": total[1], "currency": total[0], "expires_at": in_seconds(ttl_s)}
        await move(tx, [order_id for _, order_id in same], Status.RESERVED, **values)
    lines = sorted(
        (i.product_id, i.name, i.unit_price.minor_units, i.unit_price.currency, order_id)
        for order_id, items in priced.items()
        for i in items
        if i.unit_price
    )
    for (product_id, name, minor, currency), group in groupby(lines, key=lambda line: line[:4]):
        mine = and_(ITEMS.c.order_id.in_([line[4] for line in group]), ITEMS.c.product_id == product_id)
        await tx.execute(update(ITEMS).where(mine).values(name=name, unit_price_minor=minor, currency=currency))


async def move(tx: Transaction, ids: Collection[str], target: Status, **values: object) -> None:
    """Move orders to a status, and only along the state machine: one that is elsewhere stays where it is."""
    allowed = [status.value for status in before(target)]
    here = update(ORDERS).where(ORDERS.c.id.in_(ids), ORDERS.c.status.in_(allowed))
    await tx.execute(here.values(status=target.value, **values))


async def note_payment(tx: Transaction, order_id: str, payment_id: str, outcome: PaymentOutcome, reason: str) -> None:
    """Say what became of the last attempt to pay an order."""
    here = update(ORDERS).where(ORDERS.c.id == order_id)
    told = last_payment(payment_id, outcome, reason)
    await tx.execute(here.values(**told, updated_at=ORDERS.c.updated_at))  # the order itself is as it was


def last_payment(payment_id: str, outcome: PaymentOutcome, reason: str = "") -> dict[str, object]:
    """What became of an attempt to pay, as values of a row."""
    return {
        "last_payment_id": payment_id,
        "last_payment_outcome": outcome.value,
        "last_payment_reason": reason,
        "last_payment_at": NOW,
    }


def _total(items: Sequence[Item]) -> tuple[str, int]:
    total = sum_of(items)
    if total is None:
        raise ValueError("an order in two currencies cannot be reserved")
    return total.currency, total.minor_units


async def _with_items(tx: Transaction, rows: Sequence[Row[Any]]) -> list[Order]:
    if not rows:
        return []
    query = select(ITEMS).where(ITEMS.c.order_id.in_([row.id for row in rows])).order_by(ITEMS.c.order_id, ITEMS.c.position)
    lines = (await tx.execute(query)).all()
    by_order = {key: tuple(map(_item, group)) for key, group in groupby(lines, key=lambda line: line.order_id)}
    return [_order(row, by_order.get(row.id, ())) for row in rows]


def _item(row: Row[Any]) -> Item:
    price = Money(row.unit_price_minor, row.currency) if row.currency else None
    return Item(row.product_id, row.quantity, row.name, price)


def _last_payment(row: Row[Any]) -> PaymentAttempt | None:
    if row.last_payment_id is None:
        return None
    outcome = PaymentOutcome(row.last_payment_outcome)
    return PaymentAttempt(row.last_payment_id, outcome, row.last_payment_reason, row.last_payment_at)


def _order(row: Row[Any], items: Iterable[Item]) -> Order:
    return Order(
        id=row.id,
        user_id=row.user_id,
        customer_email=row.customer_email,
        status=Status(row.status),
        reason=row.reason,
        items=tuple(items),
        total=Money(row.total_minor, row.currency) if row.currency else None,
        address=Address(row.recipient, row.street, row.city, row.postal_code, row.country),
        payment_id=row.payment_id,
        fingerprint=row.fingerprint,
        created_at=row.created_at,
        updated_at=row.updated_at,
        expires_at=row.expires_at,
        last_payment=_last_payment(row),
        overdue=bool(row.overdue),
    )
