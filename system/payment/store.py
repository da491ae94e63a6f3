"""All SQL of the payment service. Every change of a status is conditional on what it was."""

import uuid
from collections.abc import Sequence
from datetime import UTC
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.mysql import insert

from system.common.database import Transaction
from system.payment.domain import Money, Payment, Status
from system.payment.tables import PAYMENTS

REASON_LENGTH = 64


class PaymentStore:
    """Reads and writes payments in the caller's transaction."""

    async def add(self, tx: Transaction, order_id: str, provider_payment_id: str, amount: Money | None) -> None:
        """Add a PENDING payment, unless it is there already or another payment of the order is in force."""
        values = insert(PAYMENTS).values(
            id=str(uuid.uuid4()),
            order_id=order_id,
            provider_payment_id=provider_payment_id,
            amount_minor=amount.minor_units if amount else None,
            currency=amount.currency if amount else None,
            status=Status.PENDING.value,
        )
        await tx.execute(values.on_duplicate_key_update(id=PAYMENTS.c.id))

    async def lock_order(self, tx: Transaction, order_id: str) -> Sequence[Payment]:
        """All payments of an order, locked until the transaction ends."""
        rows = await tx.execute(select(PAYMENTS).where(PAYMENTS.c.order_id == order_id).with_for_update())
        return [_payment(row) for row in rows]

    async def captured_elsewhere(self, tx: Transaction, order_id: str, provider_payment_id: str) -> bool:
        """Whether the provider's payment has paid another order."""
        found = select(PAYMENTS.c.id).where(PAYMENTS.c.payment_captured == provider_payment_id, PAYMENTS.c.order_id != order_id)
        return (await tx.execute(found)).first() is not None

    async def settle(self, tx: Transaction, payment_id: str, status: Status, reason: str = "") -> None:
        """Store the answer to a capture; nothing when another has settled the payment or its refund was asked."""
        waiting = update(PAYMENTS).where(
            PAYMENTS.c.id == payment_id, PAYMENTS.c.status == Status.PENDING.value, PAYMENTS.c.refund_asked.is_(False)
        )
        await tx.execute(waiting.values(status=status.value, reason=reason[:REASON_LENGTH]))

    async def ask_refund(self, tx: Transaction, payment_id: str) -> None:
        """From here on no capture of it is begun or stored."""
        held = update(PAYMENTS).where(
            PAYMENTS.c.id == payment_id, PAYMENTS.c.status.in_((Status.PENDING.value, Status.CAPTURED.value))
        )
        await tx.execute(held.values(refund_asked=True))

    async def close(self, tx: Transaction, payment_id: str, status: Status, reason: str = "") -> None:
        """Store how a refund that was asked ended; nothing when another has stored it."""
        asked = update(PAYMENTS).where(
            PAYMENTS.c.id == payment_id,
            PAYMENTS.c.refund_asked.is_(True),
            PAYMENTS.c.status.in_((Status.PENDING.value, Status.CAPTURED.value)),
        )
        await tx.execute(asked.values(status=status.value, reason=reason[:REASON_LENGTH]))

    async def get(self, tx: Transaction, payment_id: str) -> Payment:
        """One payment by its id, which must exist."""
        return _payment((await tx.execute(select(PAYMENTS).where(PAYMENTS.c.id == payment_id))).one())

    async def newest(self, tx: Transaction, order_id: str) -> Payment | None:
        """The newest payment of an order that was begun, or None."""
        begun = select(PAYMENTS).where(PAYMENTS.c.order_id == order_id, PAYMENTS.c.amount_minor.is_not(None))
        row = (await tx.execute(begun.order_by(PAYMENTS.c.created_at.desc(), PAYMENTS.c.id).limit(1))).first()
        return _payment(row) if row else None


def _payment(row: Row[Any]) -> Payment:
    return Payment(
        id=row.id,
        order_id=row.order_id,
        provider_payment_id=row.provider_payment_id,
        amount=Money(row.amount_minor, row.currency) if row.amount_minor is not None else None,
        status=Status(row.status),
        reason=row.reason,
        refund_asked=bool(row.refund_asked),
        created_at=row.created_at.replace(tzinfo=UTC),
    )
