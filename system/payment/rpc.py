"""shop.payment.v1 on the wire: messages to and from the domain, nothing else."""

from google.protobuf.timestamp_pb2 import Timestamp
from shop.common.v1 import money_pb2
from shop.payment.v1 import payment_pb2
from shop.payment.v1.payment_pb2_grpc import PaymentServiceServicer

from system.common.rpc_server import Context
from system.payment.domain import Money, Payment, Wanted
from system.payment.handlers import Payments


class PaymentRpc(PaymentServiceServicer):
    """The servicer."""

    def __init__(self, payments: Payments) -> None:
        self._payments = payments

    async def CapturePayment(
        self, request: payment_pb2.CapturePaymentRequest, context: Context
    ) -> payment_pb2.CapturePaymentResponse:
        """Take the money of an order."""
        amount = Money(request.amount.minor_units, request.amount.currency)
        payment = await self._payments.capture(Wanted(request.order_id, request.provider_payment_id, amount))
        return payment_pb2.CapturePaymentResponse(payment=to_message(payment))

    async def RefundPayment(
        self, request: payment_pb2.RefundPaymentRequest, context: Context
    ) -> payment_pb2.RefundPaymentResponse:
        """Give it back."""
        payment = await self._payments.refund(request.order_id, request.provider_payment_id)
        return payment_pb2.RefundPaymentResponse(payment=to_message(payment))

    async def GetPayment(self, request: payment_pb2.GetPaymentRequest, context: Context) -> payment_pb2.GetPaymentResponse:
        """Read the newest payment of an order."""
        return payment_pb2.GetPaymentResponse(payment=to_message(await self._payments.newest(request.order_id)))


def to_message(payment: Payment) -> payment_pb2.Payment:
    """A payment on the wire; the amount is unset where none was ever named."""
    created_at = Timestamp()
    created_at.FromDatetime(payment.created_at)
    amount = payment.amount
    return payment_pb2.Payment(
        id=payment.id,
        order_id=payment.order_id,
        provider_payment_id=payment.provider_payment_id,
        amount=money_pb2.Money(minor_units=amount.minor_units, currency=amount.currency) if amount else None,
        status=payment_pb2.PaymentStatus.Value(f"PAYMENT_STATUS_{payment.status.value}"),
        reason=payment.reason,
        created_at=created_at,
    )
