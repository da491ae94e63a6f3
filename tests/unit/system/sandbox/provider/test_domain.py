"""A payment does what its state machine allows, and says why not otherwise."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from system.sandbox.provider import domain
from system.sandbox.provider.domain import Change, EntryKind, Money, Operation, Payment, RefusalKind, Refused, Status

AMOUNT = Money(1999, "EUR")
AUTHORIZED = Payment("pay_1", Status.AUTHORIZED, AMOUNT, "order-1", "card_ok", datetime(2026, 11, 22, tzinfo=UTC))


def in_status(status: Status) -> Payment:
    return replace(
        AUTHORIZED,
        status=status,
        captured_minor_units=1500 if status in (Status.CAPTURED, Status.REFUNDED) else 0,
        decline_code="expired_card" if status is Status.DECLINED else None,
    )


def do(operation: Operation, payment: Payment) -> Change:
    match operation:
        case Operation.CAPTURE:
            return domain.capture(payment, None, None)
        case Operation.REFUND:
            return domain.refund(payment)
        case _:
            return domain.void(payment)


ALLOWED = {
    (Operation.CAPTURE, Status.AUTHORIZED): (Status.CAPTURED, EntryKind.CAPTURE, 1999),
    (Operation.REFUND, Status.CAPTURED): (Status.REFUNDED, EntryKind.REFUND, 1500),
    (Operation.VOID, Status.AUTHORIZED): (Status.VOIDED, EntryKind.VOID, 1999),
}
REFUSED = {
    (Operation.CAPTURE, Status.CAPTURED): "already_captured",
    (Operation.CAPTURE, Status.REFUNDED): "payment_refunded",
    (Operation.CAPTURE, Status.VOIDED): "payment_voided",
    (Operation.CAPTURE, Status.DECLINED): "expired_card",
    (Operation.REFUND, Status.AUTHORIZED): "not_captured",
    (Operation.REFUND, Status.REFUNDED): "already_refunded",
    (Operation.REFUND, Status.VOIDED): "payment_voided",
    (Operation.REFUND, Status.DECLINED): "payment_declined",
    (Operation.VOID, Status.CAPTURED): "already_captured",
    (Operation.VOID, Status.REFUNDED): "payment_refunded",
    (Operation.VOID, Status.VOIDED): "already_voided",
    (Operation.VOID, Status.DECLINED): "payment_declined",
}
CHANGES = (Operation.CAPTURE, Operation.REFUND, Operation.VOID)


def test_every_operation_has_an_answer_in_every_status() -> None:
    assert ALLOWED.keys() | REFUSED.keys() == {(operation, status) for operation in CHANGES for status in Status}
    assert not ALLOWED.keys() & REFUSED.keys()


@pytest.mark.parametrize(("operation", "status"), ALLOWED)
def test_what_is_allowed_happens(operation: Operation, status: Status) -> None:
    after, kind, minor_units = ALLOWED[operation, status]
    change = do(operation, in_status(status))
    assert (change.payment.status, change.kind, change.amount) == (after, kind, Money(minor_units, "EUR"))
    assert change.refusal is None


@pytest.mark.parametrize(("operation", "status"), REFUSED)
def test_what_is_not_allowed_is_refused_with_its_reason(operation: Operation, status: Status) -> None:
    with pytest.raises(Refused) as caught:
        do(operation, in_status(status))
    assert caught.value.refusal.code == REFUSED[operation, status]
    declined = (operation, status) == (Operation.CAPTURE, Status.DECLINED)
    assert caught.value.refusal.kind is (RefusalKind.DECLINED if declined else RefusalKind.CONFLICT)


def test_a_part_can_be_captured_and_all_of_it_is_refunded() -> None:
    captured = domain.capture(AUTHORIZED, 500, None)
    assert (captured.amount, captured.payment.captured_minor_units) == (Money(500, "EUR"), 500)
    refunded = domain.refund(captured.payment)
    assert (refunded.amount, refunded.payment.refunded_minor_units) == (Money(500, "EUR"), 500)


@pytest.mark.parametrize("minor_units", [2000, 0, -5])
def test_no_more_than_authorised_can_be_captured(minor_units: int) -> None:
    with pytest.raises(Refused) as caught:
        domain.capture(AUTHORIZED, minor_units, None)
    assert (caught.value.refusal.kind, caught.value.refusal.code) == (RefusalKind.INVALID, "amount_too_large")


@pytest.mark.parametrize(("method", "code"), [(m, c) for m, c in domain.METHODS.items() if c is not None])
def test_a_bad_card_is_declined_at_the_capture(method: str, code: str) -> None:
    change = domain.capture(replace(AUTHORIZED, method=method), None, None)
    assert (change.payment.status, change.payment.decline_code, change.kind) == (
        Status.DECLINED,
        code,
        EntryKind.DECLINE,
    )
    assert change.refusal is not None
    assert (change.refusal.kind, change.refusal.code) == (RefusalKind.DECLINED, code)


def test_a_good_card_is_declined_on_demand() -> None:
    change = domain.capture(AUTHORIZED, None, "stolen_card")
    assert change.payment.decline_code == "stolen_card"
    assert change.payment.captured_minor_units == 0
