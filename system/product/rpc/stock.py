"""Stock and reservations over gRPC; the methods are described in the .proto."""

from shop.product.v1 import product_pb2 as pb
from shop.product.v1.product_pb2_grpc import ProductServiceServicer

from system.common.rpc_server import Context
from system.product.domain.stock import MAX_AVAILABLE
from system.product.domain.tags import tag, wanted
from system.product.domain.values import identifier, number
from system.product.handlers.reservations import Reservations
from system.product.handlers.stock import StockKeeping
from system.product.rpc import wire
from system.product.rpc.validation import reading


class StockMethods(ProductServiceServicer):
    """The methods about units."""

    _stock: StockKeeping
    _reservations: Reservations

    async def GetStock(self, request: pb.GetStockRequest, context: Context) -> pb.GetStockResponse:
        """Read units."""
        with reading():
            product_id = identifier(request.product_id, "product_id")
        found = await self._stock.get(product_id)
        return pb.GetStockResponse(stock=wire.stock_message(found), etag=tag(found))

    async def SetStock(self, request: pb.SetStockRequest, context: Context) -> pb.SetStockResponse:
        """Set units."""
        with reading():
            product_id = identifier(request.product_id, "product_id")
            available = number(request.available, "available", least=0, most=MAX_AVAILABLE)
            if_match = wanted(request.if_match)
        changed = await self._stock.put(product_id, available, if_match)
        return pb.SetStockResponse(stock=wire.stock_message(changed), etag=tag(changed))

    async def ReserveStock(self, request: pb.ReserveStockRequest, context: Context) -> pb.ReserveStockResponse:
        """Reserve for a batch of orders."""
        with reading():
            batch = wire.batch(request)
        return pb.ReserveStockResponse(results=wire.result_messages(await self._reservations.reserve(batch)))

    async def ConfirmReservations(
        self, request: pb.ConfirmReservationsRequest, context: Context
    ) -> pb.ConfirmReservationsResponse:
        """Sell what is reserved."""
        with reading():
            order_ids = wire.order_ids(request.order_ids)
        return pb.ConfirmReservationsResponse(results=wire.result_messages(await self._reservations.confirm(order_ids)))

    async def ReleaseReservations(
        self, request: pb.ReleaseReservationsRequest, context: Context
    ) -> pb.ReleaseReservationsResponse:
        """Give back what is reserved or sold."""
        with reading():
            order_ids = wire.order_ids(request.order_ids)
        return pb.ReleaseReservationsResponse(results=wire.result_messages(await self._reservations.release(order_ids)))
