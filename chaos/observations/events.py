"""Names of the events that the watchers of the shop record, and on which faults are triggered (chaos.subject.watchers)."""

CAPTURE = "capture"
REFUND = "refund"
DECLINE = "decline"
"""A capture, refund or decline in the payment provider's ledger; about an order."""

CAPTURE_COMMITTED = "capture_committed"
"""A capture is committed in payment's database; about an order."""

MAIL_QUEUED = "mail_queued"
MAIL_DELIVERED = "mail_delivered"
"""A confirmation is in payment's outbox; it is delivered to the mailbox. Both about an order."""

MAIL_SCRIPT_HIT = "mail_script_hit"
"""A rule of the mail server's script was applied to a mail; about nothing."""

REDELIVERED = "redelivered"
"""Messages were redelivered to an instance; about the instance."""

MEMBER_REPLACED = "member_replaced"
"""A member runs as a new process; about the member."""

NOT_READY = "not_ready"
READY_AGAIN = "ready_again"
"""A gateway says that it cannot serve, or that it can again; about the gateway."""

SAGA_POSTPONED = "saga_postponed"
SAGA_TAKEN_OVER = "saga_taken_over"
"""A saga was postponed; a saga was taken over by another executor. Both about an order."""

TOKEN_DRAWN = "token_drawn"  # noqa: S105 - the name of an event
WRITE_FENCED_OFF = "fenced_off"
"""A lock holder drew its fencing token (about an instance); a write was refused for an overtaken one (about a product)."""

LOCK_GRANTED = "lock_granted"
LOCK_RELEASED = "lock_released"
LOCK_EXPIRED = "lock_expired"
LOCK_OVERTAKEN = "lock_overtaken"
"""About a resource. Overtaken: it was granted to the next holder before the previous one released it."""
