from dataclasses import replace
from typing import cast

import pytest
from shop.common.v1.money_pb2 import Money as MoneyMessage
from shop.payment.v1 import payment_pb2
from shop.payment.v1.payment_pb2 import CapturePaymentRequest, GetPaymentRequest, PaymentStatus, RefundPaymentRequest

from system.common.errors import InvalidArgument
from system.common.rpc_server import Context
from system.payment.domain import Payment, Status
from system.payment.rpc import PaymentRpc, to_message
from tests.unit.system.payment.fakes import ORDER, PRICE, THEN
from tests.unit.system.payment.test_handlers import World

CONTEXT = cast(Context, None)
PAYMENT = Payment("row-1", ORDER, "pay_1", PRICE, Status.DECLINED, "CARD_DECLINED", False, THEN)


def test_a_payment_on_the_wire() -> None:
    message = to_message(PAYMENT)
    assert (message.id, message.order_id, message.provider_payment_id) == ("row-1", ORDER, "pay_1")
    assert message.amount == MoneyMessage(minor_units=1999, currency="EUR")
    assert (message.reason, message.created_at.ToJsonString()) == ("CARD_DECLINED", "2026-01-01T00:00:00Z")
    assert not to_message(replace(PAYMENT, amount=None)).HasField("amount")


@pytest.mark.parametrize("status", Status)
def test_every_status_has_its_number(status: Status) -> None:
    number = to_message(replace(PAYMENT, status=status)).status
    assert payment_pb2.PaymentStatus.Name(number) == f"PAYMENT_STATUS_{status}"


def test_no_number_but_the_unspecified_is_left_over() -> None:
    assert len(PaymentStatus.keys()) == len(Status) + 1


async def test_the_three_calls() -> None:
    world = World()
    world.provider.authorise("pay_1")
    rpc = PaymentRpc(world.payments)
    request = CapturePaymentRequest(
        order_id=ORDER, provider_payment_id="pay_1", amount=MoneyMessage(minor_units=1999, currency="EUR")
    )
    captured = (await rpc.CapturePayment(request, CONTEXT)).payment
    assert captured.status == payment_pb2.PAYMENT_STATUS_CAPTURED
    assert (await rpc.GetPayment(GetPaymentRequest(order_id=ORDER), CONTEXT)).payment == captured
    refund = RefundPaymentRequest(order_id=ORDER, provider_payment_id="pay_1")
    assert (await rpc.RefundPayment(refund, CONTEXT)).payment.status == payment_pb2.PAYMENT_STATUS_REFUNDED


async def test_an_empty_request() -> None:
    with pytest.raises(InvalidArgument):
        await PaymentRpc(World().payments).CapturePayment(CapturePaymentRequest(), CONTEXT)
