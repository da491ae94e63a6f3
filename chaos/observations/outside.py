"""Observations of the sandboxes: the payment provider's ledger and the customers' mailbox.

They are independent of the shop's code and databases, so they are the ground truth.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

PROVIDER_LEDGER = "provider.ledger"
MAILBOX = "mailbox.messages"
"""Subjects of the observations."""


DECLINED_AS: Mapping[str, str] = MappingProxyType(
    {
        "card_declined": "CARD_DECLINED",
        "card_insufficient_funds": "INSUFFICIENT_FUNDS",
        "card_expired": "EXPIRED_CARD",
    }
)
"""Methods of payment whose capture the provider declines, and how the shop words its reason."""


CUSTOMERS_KEY = "own:"
"""What the idempotency keys begin with under which customers capture payments themselves, past the shop."""


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
    """A line of the provider's ledger; `reference` is the order's id, `at_monotonic` its time (s, the history's clock).

    `idempotency_key` tells who asked.
    """

    seq: int
    payment_id: str
    reference: str
    kind: Kind
    amount: Amount
    at_monotonic: float | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A delivered mail, and how often it was transmitted; `at_monotonic` is when it was delivered (s, the history's clock).

    `text` is its plain body, `html_text` the text of its HTML body. Fields with a default are missing in runs of before.
    """

    message_id: str
    order_id: str | None
    transmissions: int
    to: str = ""
    subject: str = ""
    text: str | None = None
    html_text: str | None = None
    at_monotonic: float | None = None
