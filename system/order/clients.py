"""What the order service asks of product and payment, in its own words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shop.common.v1.money_pb2 import Money as MoneyMessage
from shop.payment.v1.payment_pb2 import CapturePaymentRequest, RefundPaymentRequest
from shop.product.v1 import product_pb2

from system.common.enums import name_of
from system.common.rpc_channel import Caller
from system.order.domain import Item, Money

if TYPE_CHECKING:  # the asynchronous stubs exist for type checkers only
    from shop.payment.v1.payment_pb2_grpc import PaymentServiceAsyncStub
    from shop.product.v1.product_pb2_grpc import ProductServiceAsyncStub

PRODUCT_SERVICE = "shop.product.v1.ProductService"
PAYMENT_SERVICE = "shop.payment.v1.PaymentService"


@dataclass(frozen=True)
class Reserved:
    """What became of one order's reservation: RESERVED, OUT_OF_STOCK, UNKNOWN_PRODUCT, CONFIRMED, RELEASED, NOT_FOUND."""

    outcome: str
    items: tuple[Item, ...] = ()


class Stock:
    """Reservations at the product service; every call idempotent per order."""

    def __init__(self, stub: "ProductServiceAsyncStub", call: Caller) -> None:
        self._stub = stub
        self._call = call

    async def reserve(self, wanted: Mapping[str, Sequence[Item]], token: int) -> dict[str, Reserved]:
        """Set units aside for orders under a fencing token. Raises StaleFencingToken when somebody overtook us."""
        products = sorted({item.product_id for items in wanted.values() for item in items})
        request = product_pb2.ReserveStockRequest(
            reservations=[
                product_pb2.Reservation(
                    order_id=order_id,
                    lines=[product_pb2.Line(product_id=i.product_id, quantity=i.quantity) for i in items],
                )
                for order_id, items in wanted.items()
            ],
            fences=[product_pb2.Fence(product_id=product, token=token) for product in products],
        )
        return _by_order((await self._call(self._stub.ReserveStock, request)).results)

    async def confirm(self, order_ids: Sequence[str]) -> dict[str, Reserved]:
        """Turn reserved units into sold ones."""
        request = product_pb2.ConfirmReservationsRequest(order_ids=order_ids)
        return _by_order((await self._call(self._stub.ConfirmReservations, request)).results)

    async def release(self, order_ids: Sequence[str]) -> dict[str, Reserved]:
        """Give units back."""
        request = product_pb2.ReleaseReservationsRequest(order_ids=order_ids)
        return _by_order((await self._call(self._stub.ReleaseReservations, request)).results)


class Payments:
    """Captures and refunds at the payment service; every call idempotent per order and payment."""

    def __init__(self, stub: "PaymentServiceAsyncStub", call: Caller) -> None:
        self._stub = stub
        self._call = call

    async def capture(self, order_id: str, payment_id: str, amount: Money) -> None:
        """Take the money. Raises PaymentDeclined for a definite no, with the reason as its code."""
        money = MoneyMessage(minor_units=amount.minor_units, currency=amount.currency)
        request = CapturePaymentRequest(order_id=order_id, provider_payment_id=payment_id, amount=money)
        await self._call(self._stub.CapturePayment, request)

    async def refund(self, order_id: str, payment_id: str) -> None:
        """Give the money back, or make sure that it is never taken."""
        request = RefundPaymentRequest(order_id=order_id, provider_payment_id=payment_id)
        await self._call(self._stub.RefundPayment, request)


def _by_order(results: Sequence[product_pb2.ReservationResult]) -> dict[str, Reserved]:
    """Raises Unavailable for an outcome that this version does not know, so that it is asked again after the deploy."""
    return {
        r.order_id: Reserved(
            name_of(product_pb2.ReservationOutcome, r.outcome, "RESERVATION_OUTCOME_"), tuple(map(_item, r.lines))
        )
        for r in results
    }


def _item(line: product_pb2.PricedLine) -> Item:
    return Item(line.product_id, line.quantity, line.name, Money(line.unit_price.minor_units, line.unit_price.currency))
