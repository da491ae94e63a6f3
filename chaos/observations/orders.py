"""Orders: the operations of buyers, and orders and sagas as the order service stored them."""

from dataclasses import dataclass

PLACE_ORDER = "place_order"
READ_ORDER = "read_order"
COMPLETE_ORDER = "complete_order"
CANCEL_ORDER = "cancel_order"
AUTHORISE_PAYMENT = "authorise_payment"
CAPTURE_ELSEWHERE = "capture_elsewhere"
"""Names of the operations of buyers."""

AT_THE_SHOP = (PLACE_ORDER, READ_ORDER, COMPLETE_ORDER, CANCEL_ORDER)
"""Those that the shop answers; the sandboxes answer the others."""

ORDERS = "order.orders"
ORDER_ITEMS = "order.order_items"
SAGAS = "order.sagas"
SAGA_STEPS = "order.saga_steps"
"""Subjects of the observations of the order service's schema."""

TIME_TO_PAY = "order.time_to_pay"
"""Subject of the observation of the setting: for how long an order is reserved."""
PROMISED_TIME_TO_PAY_S = 300.0
"""What the shop documents, where a run chooses nothing else."""


@dataclass(frozen=True, slots=True)
class TimeToPayRow:
    """Seconds for which an order is reserved, as they were chosen for the run."""

    seconds: float


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order as the order service stored it. `overdue`: it had expired at least 5 s before the observation.

    Fields with a default are missing in runs of before.
    """

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
    customer_email: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SagaStepRow:
    """A step of a saga about the order `subject`: when it was done or undone, and when its saga began, in history's time."""

    saga_id: str
    subject: str
    kind: str
    step: str
    direction: str
    outcome: str
    executor: str
    at_ns: int
    created_ns: int


@dataclass(frozen=True, slots=True)
class SagaRow:
    """An unfinished saga; `subject` is its order."""

    id: str
    kind: str
    subject: str
    state: str
    step: int
    attempts: int
