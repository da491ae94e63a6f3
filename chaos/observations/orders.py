"""Orders: the operations of buyers, and orders and sagas as the order service stored them."""

from dataclasses import dataclass

PLACE_ORDER = "place_order"
READ_ORDER = "read_order"
COMPLETE_ORDER = "complete_order"
CANCEL_ORDER = "cancel_order"
AUTHORISE_PAYMENT = "authorise_payment"
"""Names of the operations of buyers."""

AT_THE_SHOP = (PLACE_ORDER, READ_ORDER, COMPLETE_ORDER, CANCEL_ORDER)
"""Those that the shop answers; the sandboxes answer the others."""

ORDERS = "order.orders"
ORDER_ITEMS = "order.order_items"
SAGAS = "order.sagas"
SAGA_STEPS = "order.saga_steps"
"""Subjects of the observations of the order service's schema."""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order as the order service stored it. `overdue`: it had expired at least 5 s before the observation."""

    id: str
    user_id: str
    idempotency_key: str
    status: str
    total_minor: int | None
    currency: str | None
    payment_id: str
    overdue: bool
    recipient: str
    street: str
    city: str
    postal_code: str
    country: str


@dataclass(frozen=True, slots=True)
class SagaRow:
    """An unfinished saga; `subject` is its order."""

    id: str
    kind: str
    subject: str
    state: str
    step: int
    attempts: int
