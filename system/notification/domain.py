"""What a confirmation is, what may stand in one, and how money is written. Pure: no I/O."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from system.common.email_address import is_email

ORDER_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CURRENCY = re.compile(r"[A-Z]{3}")
UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
LONGEST_NAME = 200
MOST_ITEMS = 1000
LARGEST = 2**63 - 1
# ISO 4217: currencies whose smallest unit is not a hundredth.
EXPONENTS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV"), 0),
    **dict.fromkeys(("XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


class State(StrEnum):
    """Where a confirmation is."""

    PENDING = "PENDING"
    SENDING = "SENDING"
    SENT = "SENT"


@dataclass(frozen=True)
class Money:
    """An amount in the smallest unit of its ISO 4217 currency."""

    minor_units: int
    currency: str

    def __str__(self) -> str:
        """As people read it: `1,234.50 EUR`, `1,235 JPY`."""
        exponent = EXPONENTS.get(self.currency, 2)
        whole, part = divmod(abs(self.minor_units), 10**exponent)
        decimals = f".{part:0{exponent}d}" if exponent else ""
        return f"{'-' if self.minor_units < 0 else ''}{whole:,}{decimals} {self.currency}"


@dataclass(frozen=True)
class Item:
    """A line of the mail."""

    name: str
    quantity: int
    unit_price: Money

    @property
    def sum(self) -> Money:
        """What the line costs."""
        return Money(self.unit_price.minor_units * self.quantity, self.unit_price.currency)


@dataclass(frozen=True)
class Confirmation:
    """What is written to whom."""

    order_id: str
    recipient: str
    name: str
    items: Sequence[Item]
    total: Money

    @property
    def message_id(self) -> str:
        """The same for every attempt, so that mail servers that suppress duplicates deliver one."""
        return f"<order-{self.order_id}@shop.example>"


@dataclass(frozen=True)
class Sent:
    """That the mail server has it, since when and under which Message-ID."""

    sent_at: datetime
    message_id: str


@dataclass(frozen=True)
class Claim:
    """The right to send, until its lease ends; `attempt` tells it from later ones."""

    order_id: str
    attempt: int


def one_line(text: str) -> str:
    """Text without line breaks and control characters, so that nobody can write lines or headers of their own."""
    return UNPRINTABLE.sub(" ", text).strip()[:LONGEST_NAME]


def fault_of(wanted: Confirmation) -> str:
    """Why it cannot be written, or nothing."""
    if not ORDER_ID.fullmatch(wanted.order_id):
        return "order_id must be a UUID in lower case"
    if not is_email(wanted.recipient):
        return "recipient_email must be an e-mail address"
    if not 1 <= len(wanted.items) <= MOST_ITEMS:
        return f"items must be 1 to {MOST_ITEMS}"
    if any(not 1 <= i.quantity <= LARGEST or i.unit_price.minor_units < 0 for i in wanted.items):
        return "a quantity must be 1 or more, a price 0 or more"
    if not all(CURRENCY.fullmatch(m.currency) for m in (wanted.total, *(i.unit_price for i in wanted.items))):
        return "a currency must be three capital letters"
    return ""
