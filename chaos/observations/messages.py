"""Messages that have not arrived yet: in outboxes, in the broker's queues, in their consumers, and mails to be sent."""

from dataclasses import dataclass

ORDER_OUTBOX = "order.outbox"
PAYMENT_OUTBOX = "payment.outbox"
CONFIRMATIONS = "notification.confirmations"
QUEUES = "rabbitmq.queues"
"""Subjects of the observations."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message that has not left yet."""

    message_id: str
    topic: str
    attempts: int


@dataclass(frozen=True, slots=True)
class ConfirmationRow:
    """Where the mail for an order is: PENDING, SENDING (under a lease) or SENT."""

    order_id: str
    state: str


@dataclass(frozen=True, slots=True)
class QueueRow:
    """Messages that wait in a queue, or that a consumer of it has taken and not settled."""

    queue: str
    messages: int
