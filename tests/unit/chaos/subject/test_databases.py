"""The queries fit the schema of what is recorded: each selects the columns of its rows, and no other."""

import re
from dataclasses import fields

import pytest

from chaos.observations import identity
from chaos.observations.orders import ORDER_ITEMS, ORDERS, SAGA_STEPS, SAGAS, OrderRow, SagaRow, SagaStepRow
from chaos.observations.payments import PAYMENTS, PaymentRow
from chaos.observations.rest import (
    CONFIRMATIONS,
    INBOX,
    ORDER_OUTBOX,
    PAYMENT_OUTBOX,
    ConfirmationRow,
    InboxRow,
    OutboxRow,
)
from chaos.observations.stock import (
    MOVEMENTS,
    RESERVATION_LINES,
    RESERVATIONS,
    STOCK,
    LineRow,
    MovementRow,
    ReservationRow,
    StockRow,
)
from chaos.subject.databases import OBSERVED

ROWS: dict[str, type] = {
    STOCK: StockRow,
    MOVEMENTS: MovementRow,
    RESERVATIONS: ReservationRow,
    RESERVATION_LINES: LineRow,
    ORDERS: OrderRow,
    ORDER_ITEMS: LineRow,
    SAGAS: SagaRow,
    SAGA_STEPS: SagaStepRow,
    ORDER_OUTBOX: OutboxRow,
    PAYMENT_OUTBOX: OutboxRow,
    PAYMENTS: PaymentRow,
    CONFIRMATIONS: ConfirmationRow,
    INBOX: InboxRow,
    identity.USERS: identity.UserRow,
}


def columns(query: str) -> list[str]:
    selected = query.partition(" FROM ")[0].removeprefix("SELECT ")
    while (inner := re.sub(r"\([^()]*\)", "", selected)) != selected:
        selected = inner
    return [each.split(" AS ")[-1].split(".")[-1].strip() for each in selected.split(",")]


@pytest.mark.parametrize("subject", ROWS)
def test_a_query_selects_the_columns_of_its_rows(subject: str) -> None:
    (query,) = [queries[subject] for queries in OBSERVED.values() if subject in queries]
    assert columns(query) == [field.name for field in fields(ROWS[subject])]


def test_a_subject_belongs_to_the_schema_that_it_is_read_from() -> None:
    assert all(subject.startswith(f"{schema}.") for schema, queries in OBSERVED.items() for subject in queries)
