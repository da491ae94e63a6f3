"""One instance of the product service, asked directly: what an operator can do by hand, past the order service."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import grpc
from shop.product.v1 import product_pb2
from shop.product.v1.product_pb2_grpc import ProductServiceStub

if TYPE_CHECKING:  # exists for type checkers only
    from shop.product.v1.product_pb2_grpc import ProductServiceAsyncStub

TIMEOUT_S = 10.0


class ProductInstance:
    """Calls through `channel`, which leads to one instance."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub: ProductServiceAsyncStub = ProductServiceStub(channel)

    async def release(self, order_ids: Sequence[str]) -> dict[str, str]:
        """ReleaseReservations: what became of each order's reservation. Raises grpc.aio.AioRpcError."""
        request = product_pb2.ReleaseReservationsRequest(order_ids=order_ids)
        answer = await self._stub.ReleaseReservations(request, timeout=TIMEOUT_S)
        return {each.order_id: product_pb2.ReservationOutcome.Name(each.outcome) for each in answer.results}
