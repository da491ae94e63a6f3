"""All SQL of the notification service. A claim is a lease by the database's clock."""

from datetime import UTC

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.mysql import insert

from system.common.database import NOW, Transaction, in_seconds
from system.notification.domain import Claim, Confirmation, Sent, State
from system.notification.tables import CONFIRMATIONS


class ConfirmationStore:
    """Reads and writes confirmations in the caller's transaction."""

    async def claim(self, tx: Transaction, wanted: Confirmation, lease_s: float) -> Claim | Sent | None:
        """The right to send for `lease_s` seconds, or that it was sent, or None while another holds the right."""
        row = insert(CONFIRMATIONS).values(
            order_id=wanted.order_id, recipient=wanted.recipient, message_id=wanted.message_id, state=State.PENDING.value
        )
        await tx.execute(row.on_duplicate_key_update(order_id=CONFIRMATIONS.c.order_id))
        ours = CONFIRMATIONS.c.order_id == wanted.order_id
        free = or_(CONFIRMATIONS.c.state == State.PENDING.value, CONFIRMATIONS.c.claimed_until <= NOW)
        query = select(CONFIRMATIONS, free.label("free")).where(ours).with_for_update()
        found = (await tx.execute(query)).one()
        if found.state == State.SENT.value:
            return Sent(found.sent_at.replace(tzinfo=UTC), found.message_id)
        if not found.free:
            return None
        taken = update(CONFIRMATIONS).where(ours)
        await tx.execute(
            taken.values(
                state=State.SENDING.value,
                recipient=wanted.recipient,
                attempts=found.attempts + 1,
                claimed_until=in_seconds(lease_s),
            )
        )
        return Claim(wanted.order_id, found.attempts + 1)

    async def sent(self, tx: Transaction, claim: Claim) -> Sent:
        """Note that the mail server has it: true whoever holds the claim by now, and noted once."""
        ours = CONFIRMATIONS.c.order_id == claim.order_id
        waiting = update(CONFIRMATIONS).where(ours, CONFIRMATIONS.c.state != State.SENT.value)
        await tx.execute(waiting.values(state=State.SENT.value, sent_at=NOW, claimed_until=None))
        row = (await tx.execute(select(CONFIRMATIONS.c.sent_at, CONFIRMATIONS.c.message_id).where(ours))).one()
        return Sent(row.sent_at.replace(tzinfo=UTC), row.message_id)

    async def release(self, tx: Transaction, claim: Claim) -> None:
        """Give the claim back, unless its lease ended and another has it."""
        held = update(CONFIRMATIONS).where(
            CONFIRMATIONS.c.order_id == claim.order_id,
            CONFIRMATIONS.c.state == State.SENDING.value,
            CONFIRMATIONS.c.attempts == claim.attempt,
        )
        await tx.execute(held.values(state=State.PENDING.value, claimed_until=None))
