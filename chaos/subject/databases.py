"""SQL queries on the shop's databases: the observations, and the counts that define rest."""

from collections.abc import Mapping

from chaos.observations import identity
from chaos.observations.locks import FENCED_OFF, TOKENS
from chaos.observations.orders import ORDER_ITEMS, ORDERS, SAGA_STEPS, SAGAS
from chaos.observations.payments import PAYMENTS
from chaos.observations.rest import CONFIRMATIONS, INBOX, ORDER_OUTBOX, PAYMENT_OUTBOX
from chaos.observations.stock import MOVEMENTS, RESERVATION_LINES, RESERVATIONS, STOCK

OBSERVED: Mapping[str, Mapping[str, str]] = {
    "user": {identity.USERS: "SELECT id, role, version, email, name FROM users ORDER BY id"},
    "product": {
        STOCK: "SELECT product_id, available, reserved, sold FROM stock ORDER BY product_id",
        MOVEMENTS: (
            "SELECT id, product_id, order_id, kind, quantity, fence,"
            " TIMESTAMPDIFF(MICROSECOND, '1970-01-01', created_at) * 1000 - @clock_ns AS created_ns"
            " FROM stock_movements ORDER BY id"
        ),
        FENCED_OFF: "SELECT id, product_id, token, written FROM fenced_off ORDER BY id",
        RESERVATIONS: "SELECT order_id, state FROM reservations ORDER BY order_id",
        RESERVATION_LINES: (
            "SELECT order_id, product_id, quantity, name, unit_price_minor, currency"
            " FROM reservation_lines ORDER BY order_id, product_id"
        ),
    },
    "order": {
        ORDERS: (
            "SELECT id, user_id, idempotency_key, status, total_minor, currency, payment_id,"
            " COALESCE(expires_at <= UTC_TIMESTAMP(6) - INTERVAL 5 SECOND, FALSE) AS overdue,"
            " recipient, street, city, postal_code, country, customer_email, reason FROM orders ORDER BY id"
        ),
        ORDER_ITEMS: (
            "SELECT order_id, product_id, quantity, name, unit_price_minor, currency"
            " FROM order_items ORDER BY order_id, product_id"
        ),
        SAGAS: "SELECT id, kind, subject, state, step, attempts FROM sagas WHERE active ORDER BY id",
        SAGA_STEPS: (
            "SELECT t.saga_id, s.subject, s.kind, t.step, t.direction, t.outcome,"
            " SUBSTRING_INDEX(t.executor, ':', 2) AS executor,"
            " TIMESTAMPDIFF(MICROSECOND, '1970-01-01', t.at) * 1000 - @clock_ns AS at_ns,"
            " TIMESTAMPDIFF(MICROSECOND, '1970-01-01', s.created_at) * 1000 - @clock_ns AS created_ns"
            " FROM saga_steps t JOIN sagas s ON s.id = t.saga_id ORDER BY t.id"
        ),
        ORDER_OUTBOX: "SELECT message_id, topic, attempts FROM outbox ORDER BY id",
        TOKENS: (
            "SELECT token, holder, names, TIMESTAMPDIFF(MICROSECOND, '1970-01-01', drawn_at) * 1000 - @clock_ns AS drawn_ns"
            " FROM fencing_tokens ORDER BY token"
        ),
    },
    "payment": {
        PAYMENTS: (
            "SELECT order_id, provider_payment_id, amount_minor, currency, status, reason"
            " FROM payments ORDER BY order_id, provider_payment_id"
        ),
        PAYMENT_OUTBOX: "SELECT message_id, topic, attempts FROM outbox ORDER BY id",
        INBOX: "SELECT message_id FROM inbox ORDER BY message_id",
    },
    "notification": {CONFIRMATIONS: "SELECT order_id, state FROM confirmations ORDER BY order_id"},
}
"""The observed queries by schema and subject, in the shapes of `chaos.observations`; one snapshot per schema.

`@clock_ns` is the offset of the server's clock to the history's (ns).
"""

OUTSTANDING: Mapping[str, tuple[str, str]] = {
    "orders PENDING": ("order", "SELECT COUNT(*) AS n FROM orders WHERE status = 'PENDING'"),
    # Also those that expire within 5 s: they would change during the observation.
    "orders overdue": (
        "order",
        "SELECT COUNT(*) AS n FROM orders WHERE status = 'RESERVED' AND expires_at <= UTC_TIMESTAMP(6) + INTERVAL 5 SECOND",
    ),
    "sagas under way": ("order", "SELECT COUNT(*) AS n FROM sagas WHERE active"),
    "messages in the outbox of order": ("order", "SELECT COUNT(*) AS n FROM outbox"),
    "messages in the outbox of payment": ("payment", "SELECT COUNT(*) AS n FROM outbox"),
    "confirmations not sent": ("notification", "SELECT COUNT(*) AS n FROM confirmations WHERE state <> 'SENT'"),
}
"""Counts that are 0 at rest: schema and query by what is counted."""

PAID = ("order", "SELECT COUNT(*) AS n FROM orders WHERE status = 'PAID'")
CONFIRMED = ("notification", "SELECT COUNT(*) AS n FROM confirmations WHERE state = 'SENT'")
"""Counts that are equal at rest, because a mail between two services is in no table."""

MOVING: Mapping[str, tuple[str, str]] = {
    "orders": ("order", "SELECT COUNT(*) AS n FROM orders"),
    "stock movements": ("product", "SELECT COUNT(*) AS n FROM stock_movements"),
}
"""Counts that are constant at rest: schema and query by what is counted."""
