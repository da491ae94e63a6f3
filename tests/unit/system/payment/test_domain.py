from dataclasses import replace

import pytest

from system.payment.domain import (
    GiveBack,
    Money,
    Payment,
    RemotePayment,
    RemoteStatus,
    Settled,
    Status,
    Verdict,
    Wanted,
    admit,
    can_exist,
    invalid_amount,
    invalid_order,
    invalid_payment,
    objection,
    refund_step,
)
from tests.unit.system.payment.fakes import NOTHING, ORDER, OTHER_ORDER, PRICE, THEN

OURS = Payment("row-1", ORDER, "pay_1", PRICE, Status.PENDING, "", False, THEN)
OTHER = replace(OURS, id="row-2", provider_payment_id="pay_2")
WANTED = Wanted(ORDER, "pay_1", PRICE)
REMOTE = RemotePayment(RemoteStatus.AUTHORIZED, PRICE, ORDER, NOTHING)


@pytest.mark.parametrize(
    ("of_order", "verdict", "reason"),
    [
        ([OURS], Verdict.ASK, ""),
        ([replace(OURS, status=Status.CAPTURED)], Verdict.CAPTURED, ""),
        ([replace(OURS, status=Status.DECLINED, reason="CARD_EXPIRED")], Verdict.DECLINED, "CARD_EXPIRED"),
        ([replace(OURS, status=Status.REFUNDED)], Verdict.DECLINED, "PAYMENT_REFUNDED"),
        ([replace(OURS, refund_asked=True)], Verdict.DECLINED, "PAYMENT_REFUNDED"),
        ([replace(OURS, status=Status.CAPTURED, refund_asked=True)], Verdict.DECLINED, "PAYMENT_REFUNDED"),
        ([replace(OURS, status=Status.REFUNDED, amount=None)], Verdict.DECLINED, "PAYMENT_REFUNDED"),
        ([replace(OURS, amount=Money(1, "EUR"))], Verdict.CONFLICT, "AMOUNT_CHANGED"),
        ([replace(OURS, amount=Money(1999, "USD"))], Verdict.CONFLICT, "AMOUNT_CHANGED"),
        ([replace(OTHER, status=Status.CAPTURED)], Verdict.CONFLICT, "ALREADY_PAID"),
        ([OTHER], Verdict.LATER, "PAYMENT_IN_PROGRESS"),
        ([replace(OTHER, status=Status.DECLINED), OURS], Verdict.ASK, ""),
    ],
)
def test_what_a_request_to_capture_comes_to(of_order: list[Payment], verdict: Verdict, reason: str) -> None:
    admission = admit(of_order, WANTED)
    assert (admission.verdict, admission.reason) == (verdict, reason)
    if verdict in (Verdict.ASK, Verdict.CAPTURED):
        assert admission.payment == of_order[-1]


@pytest.mark.parametrize(
    ("remote", "reason"),
    [
        (REMOTE, ""),
        (None, "PAYMENT_NOT_FOUND"),
        (replace(REMOTE, reference=OTHER_ORDER), "REFERENCE_MISMATCH"),
        (replace(REMOTE, amount=Money(1998, "EUR")), "AMOUNT_MISMATCH"),
        (replace(REMOTE, amount=Money(2000, "EUR")), "AMOUNT_MISMATCH"),
        (replace(REMOTE, amount=Money(1999, "USD")), "AMOUNT_MISMATCH"),
        (replace(REMOTE, reference=OTHER_ORDER, amount=Money(1, "USD")), "REFERENCE_MISMATCH"),
    ],
)
def test_why_a_payment_cannot_pay_the_order(remote: RemotePayment | None, reason: str) -> None:
    assert objection(remote, WANTED) == reason


@pytest.mark.parametrize(
    ("remote", "step"),
    [
        (None, Settled(Status.REFUNDED)),
        (replace(REMOTE, reference=OTHER_ORDER), Settled(Status.DECLINED, "REFERENCE_MISMATCH")),
        (replace(REMOTE, reference=OTHER_ORDER, status=RemoteStatus.CAPTURED), Settled(Status.DECLINED, "REFERENCE_MISMATCH")),
        (REMOTE, GiveBack.VOID),
        (replace(REMOTE, status=RemoteStatus.CAPTURED), GiveBack.REFUND),
        (replace(REMOTE, status=RemoteStatus.VOIDED), Settled(Status.REFUNDED)),
        (replace(REMOTE, status=RemoteStatus.REFUNDED), Settled(Status.REFUNDED)),
        (replace(REMOTE, status=RemoteStatus.DECLINED), Settled(Status.REFUNDED)),
    ],
)
def test_what_a_refund_does_next(remote: RemotePayment | None, step: GiveBack | Settled) -> None:
    assert refund_step(remote, ORDER) == step


def test_every_status_of_the_provider_has_its_refund_step() -> None:
    for status in RemoteStatus:
        assert refund_step(replace(REMOTE, status=status), ORDER)


@pytest.mark.parametrize("order_id", ["", "x", ORDER.upper(), f"{ORDER}\n", f" {ORDER}", f"{ORDER}0"])
def test_what_is_no_order(order_id: str) -> None:
    assert invalid_order(order_id)
    assert not invalid_order(ORDER)


def test_what_is_no_payment_id_and_what_cannot_exist() -> None:
    assert [bool(invalid_payment(p)) for p in ("", "x", "x" * 100, "x" * 101)] == [True, False, False, True]
    assert [can_exist(p) for p in ("pay_1-A", "x" * 64, "x" * 65, "../x", "a b", "ä", "x\n")] == [True, True] + [False] * 5


@pytest.mark.parametrize(
    ("amount", "fine"),
    [
        (PRICE, True),
        (Money(1, "JPY"), True),
        (Money(10**15, "EUR"), True),
        (Money(10**15 + 1, "EUR"), False),
        (Money(0, "EUR"), False),
        (Money(-1, "EUR"), False),
        (Money(1, "eur"), False),
        (Money(1, "EURO"), False),
        (Money(1, ""), False),
    ],
)
def test_what_can_be_captured(amount: Money, fine: bool) -> None:
    assert (not invalid_amount(amount)) is fine
