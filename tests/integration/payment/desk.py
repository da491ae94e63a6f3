"""PaymentService as its callers use it, and the provider as its owner sees it."""

from dataclasses import dataclass
from typing import Any

import grpc
import httpx
from shop.common.v1.money_pb2 import Money
from shop.payment.v1.payment_pb2 import (
    CapturePaymentRequest,
    GetPaymentRequest,
    Payment,
    PaymentStatus,
    RefundPaymentRequest,
)
from shop.payment.v1.payment_pb2_grpc import PaymentServiceStub

from system.common.errors import from_rpc_error

STRIKES = 20
"""More than the service asks within one call."""


class Desk:
    """One instance of the payment service; failures come out as the shop's own errors."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = PaymentServiceStub(channel)

    async def capture(self, order: dict[str, Any], payment_id: str, *, timeout_s: float = 10, **amount: Any) -> Payment:
        """Capture the order's total, or what `amount` says instead."""
        request = CapturePaymentRequest(
            order_id=order["id"], provider_payment_id=payment_id, amount=Money(**order["total"] | amount)
        )
        return (await self._call(self._stub.CapturePayment, request, timeout_s)).payment

    async def refund(self, order: dict[str, Any], payment_id: str) -> Payment:
        """Refund, with a usual deadline."""
        request = RefundPaymentRequest(order_id=order["id"], provider_payment_id=payment_id)
        return (await self._call(self._stub.RefundPayment, request, 10)).payment

    async def get(self, order: dict[str, Any]) -> Payment:
        """The newest payment of an order."""
        return (await self._call(self._stub.GetPayment, GetPaymentRequest(order_id=order["id"]), 10)).payment

    @staticmethod
    async def _call(method: Any, request: Any, timeout_s: float) -> Any:
        try:
            return await method(request, timeout=timeout_s)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error


@dataclass(frozen=True)
class Books:
    """The provider: what it wrote down, and what it is told to do wrong."""

    http: httpx.AsyncClient

    async def kinds(self, order: dict[str, Any]) -> list[str]:
        """What happened to an order's money, in order."""
        answer = await self.http.get("/ledger", params={"reference": order["id"]})
        return [entry["kind"] for entry in answer.json()["entries"]]

    async def status(self, payment_id: str) -> str:
        """Where a payment is with the provider."""
        return str((await self.http.get(f"/v1/payments/{payment_id}")).json()["status"])

    async def strike(self, payment_id: str, operation: str | None, times: int, **action: Any) -> None:
        """Do wrong to the next `times` requests about one payment."""
        rule = {"operation": operation, "match": {"payment_id": payment_id}, "times": times, "action": action}
        assert (await self.http.post("/script", json={"rules": [rule]})).is_success

    async def hits(self, payment_id: str) -> int:
        """How many requests about a payment were struck."""
        rules = (await self.http.get("/script")).json()["rules"]
        return sum(rule["hits"] for rule in rules if rule["match"]["payment_id"] == payment_id)


def status(payment: Payment) -> str:
    """CAPTURED and so on."""
    return PaymentStatus.Name(payment.status).removeprefix("PAYMENT_STATUS_")
