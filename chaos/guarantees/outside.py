"""What the world outside the shop saw: the payment provider's ledger and the customers' mailbox.

Neither is kept by the shop, so neither can be wrong for the shop's own reasons: this is ground truth.
"""

from dataclasses import dataclass
from enum import StrEnum

from chaos.guarantees.facts import AUTHORISE_PAYMENT, COMPLETE_ORDER, MAILBOX, PROVIDER_LEDGER, operations_by_order, rows
from harness.checkers import Effect
from harness.history import History


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


def ledger(history: History) -> tuple[Entry, ...]:
    """The provider's ledger in its order. Raises NotObservedError."""
    return tuple(sorted(rows(history, PROVIDER_LEDGER, Entry), key=lambda entry: entry.seq))


def mails(history: History) -> tuple[Message, ...]:
    """What was delivered to customers. Raises NotObservedError."""
    return rows(history, MAILBOX, Message)


def charges(history: History) -> tuple[Effect, ...]:
    """Captures and refunds in the ledger's order, each with the operations that asked for it. Raises NotObservedError."""
    asked = operations_by_order(history, AUTHORISE_PAYMENT, COMPLETE_ORDER)
    return tuple(
        Effect(
            entry.reference,
            entry.payment_id,
            undone=entry.kind is Kind.REFUND,
            reference=f"{entry.seq} ({entry.kind} {entry.payment_id})",
            operations=asked.get(entry.reference, ()),
        )
        for entry in ledger(history)
        if entry.kind in (Kind.CAPTURE, Kind.REFUND)
    )


def charged(history: History) -> dict[str, str]:
    """What stands captured and not refunded, by order: amounts and payments in words. Raises NotObservedError."""
    standing: dict[str, dict[str, Amount]] = {}
    for entry in ledger(history):
        if entry.kind is Kind.CAPTURE:
            standing.setdefault(entry.reference, {})[entry.payment_id] = entry.amount
        elif entry.kind is Kind.REFUND:
            standing.get(entry.reference, {}).pop(entry.payment_id, None)
    return {
        order: " + ".join(charge(amount, payment) for payment, amount in sorted(payments.items()))
        for order, payments in standing.items()
        if payments
    }


def charge(amount: Amount, payment: str) -> str:
    """One capture in words, so that two books can be compared."""
    return f"{amount} by {payment}"
