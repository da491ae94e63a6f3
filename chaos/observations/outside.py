"""What the world outside the shop saw: the payment provider's ledger and the customers' mailbox.

Neither is kept by the shop, so neither can be wrong for the shop's own reasons: this is ground truth.
"""

from dataclasses import dataclass
from enum import StrEnum

PROVIDER_LEDGER = "provider.ledger"
MAILBOX = "mailbox.messages"
"""Subjects of the observations."""


class Kind(StrEnum):
    """What can happen to money at the provider."""

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
        """As evidence quotes it."""
        return f"{self.minor_units} {self.currency}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the provider's ledger; `reference` is the order that is paid."""

    seq: int
    payment_id: str
    reference: str
    kind: Kind
    amount: Amount


@dataclass(frozen=True, slots=True)
class Message:
    """A mail that was delivered, and how often it was sent."""

    message_id: str
    order_id: str | None
    transmissions: int
