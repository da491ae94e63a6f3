"""Reads what a run recorded as the types of `chaos.observations`.

A row or an input of another shape raises pydantic.ValidationError, which makes a verdict UNKNOWN rather than wrong; what was
never observed raises NotObservedError, with the same effect.
"""

from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import TypeAdapter

from chaos.observations.identity import USERS, UserRow
from chaos.observations.orders import ORDER_ITEMS, ORDERS, SAGA_STEPS, SAGAS, OrderRow, SagaRow, SagaStepRow
from chaos.observations.outside import MAILBOX, PROVIDER_LEDGER, Entry, Message
from chaos.observations.payments import PAYMENTS, PaymentRow
from chaos.observations.rest import CONFIRMATIONS, HEALTH, QUEUES, ConfirmationRow, HealthRow, OutboxRow, QueueRow
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
from harness.history import CompressedRows, History, NotObservedError, Operation
from harness.verdict import Finding

T = TypeVar("T")

_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


class NotAtRestError(LookupError):
    """The rows were read before the system had come to rest, so they cannot show that the guarantee holds."""


def rows(history: History, subject: str, kind: type[T]) -> tuple[T, ...]:
    """What was observed of a subject, typed. Raises NotObservedError, pydantic.ValidationError, like all that follow."""
    observed = history.observed(subject)
    if isinstance(observed, CompressedRows):
        return tuple(observed.typed(kind))
    read = _adapter(kind).validate_python
    return tuple(read(row) for row in observed)


def _adapter(kind: type[T]) -> TypeAdapter[T]:
    """Building one costs a millisecond; a run is judged by twenty guarantees, a proof judges hundreds of histories."""
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def inputs(history: History, kind: type[T], *names: str) -> Iterator[tuple[Operation, T]]:
    """The operations of these names with their inputs, typed. Raises pydantic.ValidationError."""
    read = _adapter(kind).validate_python
    for operation in history.named(*names):
        yield operation, read(operation.input)


def was_observed(history: History, subject: str) -> bool:
    """Whether a subject was observed; answers can be judged without."""
    try:
        history.observed(subject)
    except NotObservedError:
        return False
    return True


def at_rest(history: History, *subjects: str) -> bool:
    """Whether the system had come to rest when all of these were observed. Raises NotObservedError."""
    return all(history.at_rest(subject) for subject in subjects)


def borne_out(finding: Finding, *, rested: bool) -> Finding:
    """The finding. Raises NotAtRestError when there is no violation and no rest, which proves nothing."""
    if not rested and not finding.violations:
        raise NotAtRestError("the system had not come to rest when it was observed")
    return finding


def stock(history: History) -> tuple[StockRow, ...]:
    """Every product's units at rest."""
    return rows(history, STOCK, StockRow)


def movements(history: History) -> list[MovementRow]:
    """The stock's ledger in its order."""
    return sorted(rows(history, MOVEMENTS, MovementRow), key=lambda row: row.id)


def reservations(history: History) -> tuple[ReservationRow, ...]:
    """Every reservation at rest."""
    return rows(history, RESERVATIONS, ReservationRow)


def reservation_lines(history: History) -> tuple[LineRow, ...]:
    """Every reservation's lines at rest."""
    return rows(history, RESERVATION_LINES, LineRow)


def orders(history: History) -> tuple[OrderRow, ...]:
    """Every order at rest."""
    return rows(history, ORDERS, OrderRow)


def order_items(history: History) -> tuple[LineRow, ...]:
    """Every order's lines at rest."""
    return rows(history, ORDER_ITEMS, LineRow)


def priced(history: History) -> bool:
    """Whether the lines of orders were observed with their prices; runs of before have none."""
    return any(line.unit_price_minor is not None for line in order_items(history))


def sagas(history: History) -> tuple[SagaRow, ...]:
    """Every unfinished saga."""
    return rows(history, SAGAS, SagaRow)


def saga_steps(history: History) -> tuple[SagaStepRow, ...]:
    """Every step of every saga."""
    return rows(history, SAGA_STEPS, SagaStepRow)


def payments(history: History) -> tuple[PaymentRow, ...]:
    """Every payment in payment's own books."""
    return rows(history, PAYMENTS, PaymentRow)


def outbox(history: History, subject: str) -> tuple[OutboxRow, ...]:
    """Unpublished messages of ORDER_OUTBOX or PAYMENT_OUTBOX."""
    return rows(history, subject, OutboxRow)


def confirmations(history: History) -> tuple[ConfirmationRow, ...]:
    """Every row of notification's confirmations."""
    return rows(history, CONFIRMATIONS, ConfirmationRow)


def queues(history: History) -> tuple[QueueRow, ...]:
    """Ready messages in the broker's queues, and unacknowledged ones at consumers."""
    return rows(history, QUEUES, QueueRow)


def health(history: History) -> tuple[HealthRow, ...]:
    """Health of the shop's parts at the end."""
    return rows(history, HEALTH, HealthRow)


def users(history: History) -> tuple[UserRow, ...]:
    """Every account at rest."""
    return rows(history, USERS, UserRow)


def ledger(history: History) -> tuple[Entry, ...]:
    """The provider's ledger in its order."""
    return tuple(sorted(rows(history, PROVIDER_LEDGER, Entry), key=lambda entry: entry.seq))


def mails(history: History) -> tuple[Message, ...]:
    """Delivered mails."""
    return rows(history, MAILBOX, Message)
