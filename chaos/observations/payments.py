"""Payments as the payment service stored them: its own books, to be compared with the provider's."""

from dataclasses import dataclass

PAYMENTS = "payment.payments"
"""Subject of the observation."""


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """An attempt to pay an order: PENDING, CAPTURED, DECLINED or REFUNDED.

    It has no amount when it was refunded before it was begun.
    """

    order_id: str
    provider_payment_id: str
    amount_minor: int | None
    currency: str | None
    status: str
    reason: str
