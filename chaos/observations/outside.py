"""Observations of the sandboxes: the payment provider's ledger and the customers' mailbox.

They are independent of the shop's code and databases, so they are the ground truth.
"""

from dataclasses import dataclass
from enum import StrEnum

PROVIDER_LEDGER = "provider.ledger"
MAILBOX = "mailbox.messages"
"""Subjects of the observations."""


class Kind(StrEnum):
    """Kinds of ledger entries."""

    AUTHORIZE = "authorize"
    CAPTURE = "capture"
    REFUND = "refund"
    VOID = "void"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True)
class Amount:
    """Money in minor units of a currency."""

    minor_units: int
    currency: str

    def __str__(self) -> str:
        """The amount as text, for evidence."""
        return f"{self.minor_units} {self.currency}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the provider's ledger; `reference` is the order's id."""

    seq: int
    payment_id: str
    reference: str
    kind: Kind
    amount: Amount


@dataclass(frozen=True, slots=True)
class Message:
    """A delivered mail, and how often it was transmitted."""

    message_id: str
    order_id: str | None
    transmissions: int
