"""Categories over gRPC; the methods are described in the .proto."""

from shop.product.v1 import product_pb2 as pb
from shop.product.v1.product_pb2_grpc import ProductServiceServicer

from system.common.rpc_server import Context
from system.product.domain.catalogue import category_name
from system.product.domain.tags import tag, wanted
from system.product.domain.values import identifier, optional_identifier
from system.product.handlers.categories import Categories
from system.product.rpc import wire
from system.product.rpc.validation import reading


class CategoryMethods(ProductServiceServicer):
    """The methods about the tree."""

    _categories: Categories

    async def CreateCategory(self, request: pb.CreateCategoryRequest, context: Context) -> pb.CreateCategoryResponse:
        """Add a node."""
        with reading():
            name = category_name(request.name)
            parent_id = optional_identifier(request.parent_id, "parent_id")
        category = await self._categories.create(name, parent_id)
        return pb.CreateCategoryResponse(category=wire.category_message(category), etag=tag(category))

    async def GetCategory(self, request: pb.GetCategoryRequest, context: Context) -> pb.GetCategoryResponse:
        """Read a node and its neighbours."""
        with reading():
            category_id = identifier(request.category_id, "category_id")
        found = await self._categories.get(category_id)
        return pb.GetCategoryResponse(
            category=wire.category_message(found.category),
            parent=wire.category_message(found.parent) if found.parent else None,
            children=map(wire.category_message, found.children),
            etag=tag(found.category),
        )

    async def ListCategories(self, request: pb.ListCategoriesRequest, context: Context) -> pb.ListCategoriesResponse:
        """Read children, or the roots."""
        with reading():
            parent_id = optional_identifier(request.parent_id, "parent_id")
        return pb.ListCategoriesResponse(categories=map(wire.category_message, await self._categories.children(parent_id)))

    async def UpdateCategory(self, request: pb.UpdateCategoryRequest, context: Context) -> pb.UpdateCategoryResponse:
        """Rename or move a node."""
        with reading():
            category_id = identifier(request.category_id, "category_id")
            name = category_name(request.name) if request.HasField("name") else None
            moved = request.HasField("parent_id")
            parent_id = (optional_identifier(request.parent_id, "parent_id") or "") if moved else None
            if_match = wanted(request.if_match)
        category = await self._categories.update(category_id, name, parent_id, if_match)
        return pb.UpdateCategoryResponse(category=wire.category_message(category), etag=tag(category))

    async def DeleteCategory(self, request: pb.DeleteCategoryRequest, context: Context) -> pb.DeleteCategoryResponse:
        """Remove an empty node."""
        with reading():
            category_id = identifier(request.category_id, "category_id")
        await self._categories.delete(category_id)
        return pb.DeleteCategoryResponse()
