"""What a payment is, and every decision about one: pure rules, no I/O.

PENDING → CAPTURED | DECLINED | REFUNDED; CAPTURED → REFUNDED; DECLINED and REFUNDED are final. From the moment a refund is
asked no capture is begun. The provider's refusals are final as well, so two who ask it the same thing learn the same.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum

from system.common.email_address import is_email
from system.common.totals import HIGHEST_TOTAL

ORDER_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PROVIDER_PAYMENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
CURRENCY = re.compile(r"[A-Z]{3}")
MOST_LINES = 1000
LONGEST_PAYMENT_ID = 100

ALREADY_CAPTURED = "already_captured"

PAYMENT_NOT_FOUND = "PAYMENT_NOT_FOUND"
REFERENCE_MISMATCH = "REFERENCE_MISMATCH"
AMOUNT_MISMATCH = "AMOUNT_MISMATCH"
PAYMENT_REFUNDED = "PAYMENT_REFUNDED"
PAYMENT_ALREADY_USED = "PAYMENT_ALREADY_USED"
ALREADY_PAID = "ALREADY_PAID"
AMOUNT_CHANGED = "AMOUNT_CHANGED"
PAYMENT_IN_PROGRESS = "PAYMENT_IN_PROGRESS"


class Status(StrEnum):
    """Where a payment is with us."""

    PENDING = "PENDING"
    CAPTURED = "CAPTURED"
    DECLINED = "DECLINED"
    REFUNDED = "REFUNDED"


@dataclass(frozen=True)
class Money:
    """An amount in the smallest unit of its ISO 4217 currency."""

    minor_units: int
    currency: str


@dataclass(frozen=True)
class Payment:
    """One attempt to pay an order. `amount` is None when it was refunded before it was ever begun."""

    id: str
    order_id: str
    provider_payment_id: str
    amount: Money | None
    status: Status
    reason: str
    refund_asked: bool
    created_at: datetime


@dataclass(frozen=True)
class Wanted:
    """What is to be captured: a payment at the provider, for an order, worth what the order costs."""

    order_id: str
    provider_payment_id: str
    amount: Money


class RemoteStatus(StrEnum):
    """Where a payment is with the provider."""

    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    REFUNDED = "refunded"
    VOIDED = "voided"
    DECLINED = "declined"


@dataclass(frozen=True)
class RemotePayment:
    """The provider's view of a payment; `reference` is the order its payer meant.

    `amount` was authorised, `captured` was taken of it, by whoever captured it: less where that was not this service.
    """

    status: RemoteStatus
    amount: Money
    reference: str
    captured: Money

    @property
    def amounts(self) -> tuple[Money, ...]:
        """Everything that must be what the order costs."""
        taken = self.status in (RemoteStatus.CAPTURED, RemoteStatus.REFUNDED)
        return (self.amount, self.captured) if taken else (self.amount,)


@dataclass(frozen=True)
class Refusal:
    """A definite no of the provider, by its code."""

    code: str


def invalid_order(order_id: str) -> str:
    """Why it cannot be an order's id, or nothing."""
    return "" if ORDER_ID.fullmatch(order_id) else "order_id must be a UUID in lower case"


def invalid_payment(provider_payment_id: str) -> str:
    """Why it is malformed, or nothing."""
    if 1 <= len(provider_payment_id) <= LONGEST_PAYMENT_ID:
        return ""
    return f"provider_payment_id must have 1 to {LONGEST_PAYMENT_ID} characters"


def can_exist(provider_payment_id: str) -> bool:
    """Whether the provider can have a payment of that id (it becomes a part of an address)."""
    return PROVIDER_PAYMENT_ID.fullmatch(provider_payment_id) is not None


def invalid_amount(amount: Money) -> str:
    """Why it cannot be captured, or nothing."""
    if not 1 <= amount.minor_units <= HIGHEST_TOTAL:
        return f"amount must be 1 to {HIGHEST_TOTAL} minor units"
    if not CURRENCY.fullmatch(amount.currency):
        return "currency must be three capital letters"
    return ""


def unwritable(order_id: str, email: str, lines: Sequence[tuple[int, Money]], total: Money) -> bool:
    """Whether notification would refuse to write the confirmation of an order, with its lines as (quantity, unit price).

    What is refused is not to be asked for: it would be tried again for ever.
    """
    return (
        bool(invalid_order(order_id))
        or not is_email(email)
        or not 1 <= len(lines) <= MOST_LINES
        or any(quantity < 1 or price.minor_units < 0 for quantity, price in lines)
        or not all(CURRENCY.fullmatch(money.currency) for money in (total, *(price for _, price in lines)))
    )


class Verdict(Enum):
    """What a request to capture comes to, given what is known here."""

    CAPTURED = "the money is ours"
    ASK = "the provider must be asked"
    DECLINED = "a definite no"
    CONFLICT = "the request does not fit what happened before"
    LATER = "another payment of the order is being settled"


@dataclass(frozen=True)
class Admission:
    """A verdict with the payment it is about (for CAPTURED and ASK) or the reason (for the others)."""

    verdict: Verdict
    payment: Payment | None = None
    reason: str = ""


_VERDICTS = {Status.PENDING: Verdict.ASK, Status.CAPTURED: Verdict.CAPTURED, Status.DECLINED: Verdict.DECLINED}


def admit(of_order: Sequence[Payment], wanted: Wanted) -> Admission:
    """Judge a request to capture by all payments of its order, the wanted one included unless another is in force."""
    ours = next((p for p in of_order if p.provider_payment_id == wanted.provider_payment_id), None)
    if ours is None:
        captured = any(p.status is Status.CAPTURED for p in of_order)
        return (
            Admission(Verdict.CONFLICT, None, ALREADY_PAID) if captured else Admission(Verdict.LATER, None, PAYMENT_IN_PROGRESS)
        )
    if ours.status is Status.REFUNDED or ours.refund_asked:
        return Admission(Verdict.DECLINED, None, PAYMENT_REFUNDED)
    if ours.amount != wanted.amount:
        return Admission(Verdict.CONFLICT, None, AMOUNT_CHANGED)
    return Admission(_VERDICTS[ours.status], ours, ours.reason)


def objection(remote: RemotePayment | None, wanted: Wanted) -> str:
    """Why the provider's payment cannot pay this order, or nothing."""
    if remote is None:
        return PAYMENT_NOT_FOUND
    if remote.reference != wanted.order_id:
        return REFERENCE_MISMATCH
    if any(amount != wanted.amount for amount in remote.amounts):
        return AMOUNT_MISMATCH
    return ""


class GiveBack(Enum):
    """What is left to do at the provider for a refund."""

    REFUND = "refund"
    VOID = "void"


@dataclass(frozen=True)
class Settled:
    """Nothing is left to do at the provider; what to store."""

    status: Status
    reason: str = ""


_REFUND_STEPS: dict[RemoteStatus, GiveBack | Settled] = {
    RemoteStatus.AUTHORIZED: GiveBack.VOID,
    RemoteStatus.CAPTURED: GiveBack.REFUND,
    RemoteStatus.VOIDED: Settled(Status.REFUNDED),
    RemoteStatus.REFUNDED: Settled(Status.REFUNDED),
    RemoteStatus.DECLINED: Settled(Status.REFUNDED),
}


def refund_step(remote: RemotePayment | None, order_id: str) -> GiveBack | Settled:
    """What a refund has to do next. A payment that is meant for another order is not this one's to give back."""
    if remote is None:
        return Settled(Status.REFUNDED)
    if remote.reference != order_id:
        return Settled(Status.DECLINED, REFERENCE_MISMATCH)
    return _REFUND_STEPS[remote.status]
