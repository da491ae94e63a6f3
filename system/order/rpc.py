"""shop.order.v1.OrderService over the handlers: reads requests, checks their shape, writes answers."""

import uuid

from shop.order.v1 import order_pb2
from shop.order.v1.order_pb2_grpc import OrderServiceServicer

from system.common.errors import InvalidArgument
from system.common.rpc_server import Context
from system.order.handlers import OrderHandlers
from system.order.wire import order_message, placement

MAX_PAGE = 100
MAX_PAYMENT_ID = 100


class OrderRpc(OrderServiceServicer):
    """The servicer."""

    def __init__(self, handlers: OrderHandlers) -> None:
        self._handlers = handlers

    async def AcceptOrder(self, request: order_pb2.AcceptOrderRequest, context: Context) -> order_pb2.AcceptOrderResponse:
        """Write down what is still in the queue."""
        return order_pb2.AcceptOrderResponse(order=order_message(await self._handlers.accept(placement(request))))

    async def GetOrder(self, request: order_pb2.GetOrderRequest, context: Context) -> order_pb2.GetOrderResponse:
        """Read one order."""
        order = await self._handlers.get(_uuid(request.order_id), request.user_id)
        return order_pb2.GetOrderResponse(order=order_message(order))

    async def ListOrders(self, request: order_pb2.ListOrdersRequest, context: Context) -> order_pb2.ListOrdersResponse:
        """Read a page."""
        if not 1 <= request.page_size <= MAX_PAGE:
            raise InvalidArgument(f"page_size must be 1 to {MAX_PAGE}")
        orders, token = await self._handlers.page(_uuid(request.user_id), request.page_size, request.page_token)
        return order_pb2.ListOrdersResponse(orders=map(order_message, orders), next_page_token=token)

    async def CompleteOrder(self, request: order_pb2.CompleteOrderRequest, context: Context) -> order_pb2.CompleteOrderResponse:
        """Pay."""
        if not 1 <= len(request.payment_id) <= MAX_PAYMENT_ID:
            raise InvalidArgument(f"payment_id must have 1 to {MAX_PAYMENT_ID} characters")
        answer = await self._handlers.complete(_uuid(request.order_id), _uuid(request.user_id), request.payment_id)
        return order_pb2.CompleteOrderResponse(order=order_message(answer.order), in_progress=answer.in_progress)

    async def CancelOrder(self, request: order_pb2.CancelOrderRequest, context: Context) -> order_pb2.CancelOrderResponse:
        """Call off."""
        answer = await self._handlers.cancel(_uuid(request.order_id), _uuid(request.user_id))
        return order_pb2.CancelOrderResponse(order=order_message(answer.order), in_progress=answer.in_progress)


def _uuid(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError as error:
        raise InvalidArgument("an id must be a UUID") from error
