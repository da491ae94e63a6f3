"""PaymentService as its callers use it, and the provider as its owner sees it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import grpc
import httpx
from shop.common.v1.money_pb2 import Money
from shop.payment.v1.payment_pb2 import (
    CapturePaymentRequest,
    CapturePaymentResponse,
    GetPaymentRequest,
    GetPaymentResponse,
    Payment,
    PaymentStatus,
    RefundPaymentRequest,
    RefundPaymentResponse,
)
from shop.payment.v1.payment_pb2_grpc import PaymentServiceStub

from system.common.errors import DeadlineExceeded, Unavailable, from_rpc_error
from tests.integration.shop import eventually

STRIKES = 6
"""More than the service asks within one call."""


async def persistently(ask: Callable[[], Awaitable[Payment]]) -> Payment:
    """Ask until there is a definite answer, as a saga does; that answer."""

    async def attempt() -> Payment | None:
        try:
            return await ask()
        except (Unavailable, DeadlineExceeded):
            return None

    answer = await eventually(attempt, lambda a: a is not None)
    assert answer is not None
    return answer


class Desk:
    """One instance of the payment service; failures come out as the shop's own errors."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = PaymentServiceStub(channel)

    async def capture(self, order: dict[str, Any], payment_id: str, *, timeout_s: float = 10, **amount: Any) -> Payment:
        """Capture the order's total, or what `amount` says instead."""
        request = CapturePaymentRequest(
            order_id=order["id"], provider_payment_id=payment_id, amount=Money(**order["total"] | amount)
        )
        response: CapturePaymentResponse = await self._call(self._stub.CapturePayment, request, timeout_s)
        return response.payment

    async def refund(self, order: dict[str, Any], payment_id: str) -> Payment:
        """Refund, with a usual deadline."""
        request = RefundPaymentRequest(order_id=order["id"], provider_payment_id=payment_id)
        response: RefundPaymentResponse = await self._call(self._stub.RefundPayment, request, 10)
        return response.payment

    async def get(self, order: dict[str, Any]) -> Payment:
        """The newest payment of an order."""
        response: GetPaymentResponse = await self._call(self._stub.GetPayment, GetPaymentRequest(order_id=order["id"]), 10)
        return response.payment

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
