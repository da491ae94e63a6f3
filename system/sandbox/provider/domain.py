"""What a payment is and what may become of it.

authorized → captured → refunded, authorized → voided, authorized → declined; everything else is refused, and the tables
below say with which code. Functions here decide; they remember nothing and touch nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class Operation(StrEnum):
    """What a client can ask."""

    CREATE = "create"
    GET = "get"
    CAPTURE = "capture"
    REFUND = "refund"
    VOID = "void"


class Status(StrEnum):
    """Where a payment is."""

    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    REFUNDED = "refunded"
    VOIDED = "voided"
    DECLINED = "declined"


class EntryKind(StrEnum):
    """What the ledger says happened."""

    AUTHORIZE = "authorize"
    CAPTURE = "capture"
    REFUND = "refund"
    VOID = "void"
    DECLINE = "decline"


class RefusalKind(StrEnum):
    """Why a request is refused, in the terms a caller acts on."""

    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    DECLINED = "declined"
    INVALID = "invalid"
    KEY_REUSED = "key_reused"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A definite no."""

    kind: RefusalKind
    code: str
    message: str


class Refused(Exception):
    """Nothing happened, because of `refusal`."""

    def __init__(self, kind: RefusalKind, code: str, message: str) -> None:
        super().__init__(message)
        self.refusal = Refusal(kind, code, message)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the smallest unit of its currency, an ISO 4217 code."""

    minor_units: int
    currency: str


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment of `amount` for `reference`, the order it pays; what was captured may be less than was authorised."""

    id: str
    status: Status
    amount: Money
    reference: str
    method: str
    created_at: datetime
    captured_minor_units: int = 0
    refunded_minor_units: int = 0
    decline_code: str | None = None


@dataclass(frozen=True, slots=True)
class NewPayment:
    """What a client asks for when it creates a payment."""

    amount: Money
    reference: str
    method: str


@dataclass(frozen=True, slots=True)
class Command:
    """What a client asks of a payment; `minor_units` is how much to capture, all of it when None."""

    operation: Operation
    payment_id: str
    minor_units: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """The payment afterwards and the ledger's words for it; `refusal` when the change is that it was declined."""

    payment: Payment
    kind: EntryKind
    amount: Money
    refusal: Refusal | None = None


# Methods of payment, with the code their captures are declined with.
METHODS: dict[str, str | None] = {
    "card_ok": None,
    "card_declined": "card_declined",
    "card_insufficient_funds": "insufficient_funds",
    "card_expired": "expired_card",
}

# What each status says to an operation that it does not allow.
CONFLICTS: dict[tuple[Operation, Status], str] = {
    (Operation.CAPTURE, Status.CAPTURED): "already_captured",
    (Operation.CAPTURE, Status.REFUNDED): "payment_refunded",
    (Operation.CAPTURE, Status.VOIDED): "payment_voided",
    (Operation.REFUND, Status.AUTHORIZED): "not_captured",
    (Operation.REFUND, Status.REFUNDED): "already_refunded",
    (Operation.REFUND, Status.VOIDED): "payment_voided",
    (Operation.REFUND, Status.DECLINED): "payment_declined",
    (Operation.VOID, Status.CAPTURED): "already_captured",
    (Operation.VOID, Status.REFUNDED): "payment_refunded",
    (Operation.VOID, Status.VOIDED): "already_voided",
    (Operation.VOID, Status.DECLINED): "payment_declined",
}


def authorize(new: NewPayment, payment_id: str, created_at: datetime) -> Change:
    """Create a payment."""
    payment = Payment(payment_id, Status.AUTHORIZED, new.amount, new.reference, new.method, created_at)
    return Change(payment, EntryKind.AUTHORIZE, new.amount)


def capture(payment: Payment, minor_units: int | None, decline_code: str | None) -> Change:
    """Take the money, or decline with `decline_code` or the method's own code; raises `Refused`."""
    if payment.status is Status.DECLINED:
        raise Refused(RefusalKind.DECLINED, payment.decline_code or "card_declined", f"{payment.id} was declined")
    _require(Operation.CAPTURE, payment)
    wanted = payment.amount.minor_units if minor_units is None else minor_units
    if not 1 <= wanted <= payment.amount.minor_units:
        raise Refused(RefusalKind.INVALID, "amount_too_large", f"{wanted} is not within 1..{payment.amount.minor_units}")
    amount = Money(wanted, payment.amount.currency)
    code = decline_code or METHODS[payment.method]
    if code is not None:
        refusal = Refusal(RefusalKind.DECLINED, code, f"the capture of {payment.id} was declined")
        declined = replace(payment, status=Status.DECLINED, decline_code=code)
        return Change(declined, EntryKind.DECLINE, amount, refusal)
    captured = replace(payment, status=Status.CAPTURED, captured_minor_units=wanted)
    return Change(captured, EntryKind.CAPTURE, amount)


def refund(payment: Payment) -> Change:
    """Give back everything that was captured; raises `Refused`."""
    _require(Operation.REFUND, payment)
    refunded = replace(payment, status=Status.REFUNDED, refunded_minor_units=payment.captured_minor_units)
    return Change(refunded, EntryKind.REFUND, Money(payment.captured_minor_units, payment.amount.currency))


def void(payment: Payment) -> Change:
    """Make sure the money will never be taken; raises `Refused`."""
    _require(Operation.VOID, payment)
    return Change(replace(payment, status=Status.VOIDED), EntryKind.VOID, payment.amount)


def _require(operation: Operation, payment: Payment) -> None:
    code = CONFLICTS.get((operation, payment.status))
    if code is not None:
        raise Refused(RefusalKind.CONFLICT, code, f"cannot {operation} {payment.id}: it is {payment.status}")
