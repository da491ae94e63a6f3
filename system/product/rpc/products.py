"""Products over gRPC; the methods are described in the .proto."""

from shop.product.v1 import product_pb2 as pb
from shop.product.v1.product_pb2_grpc import ProductServiceServicer

from system.common.rpc_server import Context
from system.product.domain.tags import tag, wanted
from system.product.domain.values import identifier
from system.product.handlers.products import Products
from system.product.rpc import wire
from system.product.rpc.validation import reading


class ProductMethods(ProductServiceServicer):
    """The methods about products."""

    _products: Products

    async def CreateProduct(self, request: pb.CreateProductRequest, context: Context) -> pb.CreateProductResponse:
        """Add a product."""
        with reading():
            draft = wire.draft(request)
        made = await self._products.create(draft)
        return pb.CreateProductResponse(product=wire.product_message(made), etag=tag(made))

    async def GetProduct(self, request: pb.GetProductRequest, context: Context) -> pb.GetProductResponse:
        """Read a product."""
        with reading():
            product_id = identifier(request.product_id, "product_id")
        found = await self._products.get(product_id)
        return pb.GetProductResponse(product=wire.product_message(found), etag=tag(found))

    async def GetProducts(self, request: pb.GetProductsRequest, context: Context) -> pb.GetProductsResponse:
        """Read many products."""
        with reading():
            product_ids = wire.product_ids(request.product_ids)
        return pb.GetProductsResponse(products=map(wire.product_message, await self._products.get_many(product_ids)))

    async def ListProducts(self, request: pb.ListProductsRequest, context: Context) -> pb.ListProductsResponse:
        """Read a page."""
        with reading():
            search = wire.search(request)
        page = await self._products.search(search)
        return pb.ListProductsResponse(
            products=map(wire.product_message, page.products),
            total=page.total,
            next_page_token=str(page.next) if page.next else "",
        )

    async def UpdateProduct(self, request: pb.UpdateProductRequest, context: Context) -> pb.UpdateProductResponse:
        """Change a product."""
        with reading():
            product_id = identifier(request.product_id, "product_id")
            patch = wire.patch(request)
            if_match = wanted(request.if_match)
        changed = await self._products.update(product_id, patch, if_match)
        return pb.UpdateProductResponse(product=wire.product_message(changed), etag=tag(changed))

    async def DeleteProduct(self, request: pb.DeleteProductRequest, context: Context) -> pb.DeleteProductResponse:
        """Take a product out of the catalogue."""
        with reading():
            product_id = identifier(request.product_id, "product_id")
        await self._products.delete(product_id)
        return pb.DeleteProductResponse()
