"""Whether the shop is at rest and well: undelivered messages (outboxes, queues, unacknowledged, mails), health of its parts."""

from dataclasses import dataclass

ORDER_OUTBOX = "order.outbox"
PAYMENT_OUTBOX = "payment.outbox"
CONFIRMATIONS = "notification.confirmations"
QUEUES = "rabbitmq.queues"
LOCK_KEYS = "redis.lock_keys"
INBOX = "payment.inbox"
CONNECTIONS = "servers.connections"
HEALTH = "shop.health"
"""Subjects of the observations."""

POISON = "poison"
"""The kind of the fault that publishes messages which can never be handled."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """An unpublished message of an outbox."""

    message_id: str
    topic: str
    attempts: int


@dataclass(frozen=True, slots=True)
class ConfirmationRow:
    """State of the mail for an order: PENDING, SENDING (under a lease) or SENT."""

    order_id: str
    state: str


@dataclass(frozen=True, slots=True)
class QueueRow:
    """Number of messages in a queue, ready or not acknowledged by a consumer."""

    queue: str
    messages: int


@dataclass(frozen=True, slots=True)
class HealthRow:
    """Whether a part of the shop was healthy (`well`), and the detail it gave."""

    part: str
    well: bool
    detail: str


@dataclass(frozen=True, slots=True)
class LockKeyRow:
    """A lock that a master holds; `ttl_ms` is -1 for one without a TTL, which is never free again."""

    master: str
    key: str
    ttl_ms: int


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A message that a consumer noted as handled."""

    message_id: str


@dataclass(frozen=True, slots=True)
class ConnectionsRow:
    """How many a server held of something before the workload and holds at rest; `clients` instances may connect for it."""

    server: str
    kind: str
    what: str
    before: int
    after: int
    clients: int
