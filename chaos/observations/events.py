"""Names of the events that the watchers of the shop record, and on which faults are triggered (chaos.subject.watchers)."""

CAPTURE = "capture"
REFUND = "refund"
DECLINE = "decline"
"""Money moved, or did not, by the payment provider's ledger; about an order."""

CAPTURE_COMMITTED = "capture_committed"
"""A capture is in payment's own books; about an order."""

MAIL_QUEUED = "mail_queued"
MAIL_DELIVERED = "mail_delivered"
"""A confirmation waits in payment's outbox; it has arrived in the customer's mailbox. Both about an order."""

MAIL_SCRIPT_HIT = "mail_script_hit"
"""The mail server did to a mail what its script says; about nothing in particular."""

REDELIVERED = "redelivered"
"""An instance was given messages that had been given to somebody before; about the instance."""

MEMBER_REPLACED = "member_replaced"
"""A member runs as another process than before; about the member."""

SAGA_POSTPONED = "saga_postponed"
SAGA_TAKEN_OVER = "saga_taken_over"
"""A saga could not go on; another executor goes on with one. Both about an order."""

TOKEN_DRAWN = "token_drawn"  # noqa: S105 - the name of an event
WRITE_FENCED_OFF = "fenced_off"
"""A lock holder drew its fencing token (about an instance); a write was refused for an overtaken one (about a product)."""

LOCK_GRANTED = "lock_granted"
LOCK_RELEASED = "lock_released"
LOCK_EXPIRED = "lock_expired"
LOCK_OVERTAKEN = "lock_overtaken"
"""About a resource. Overtaken: the next holder was granted it before the one before was done."""
