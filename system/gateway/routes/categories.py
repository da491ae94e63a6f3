"""Categories: everybody reads, admins write."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from shop.product.v1 import product_pb2

from system.gateway.answers import LOCATION, answer, at
from system.gateway.auth import Roles
from system.gateway.conditions import ETAG, IfMatch, tagged
from system.gateway.models.categories import Categories, Category, CategoryChange, CategoryQuery, CategoryView, NewCategory
from system.gateway.models.fields import Id
from system.gateway.models.users import Role
from system.gateway.parts import Shop
from system.gateway.problems import documented

router = APIRouter(tags=["categories"])
ADMIN = [Depends(Roles(Role.ADMIN))]


@router.get("/categories", response_model=Categories, responses=documented(404))
async def list_categories(query: Annotated[CategoryQuery, Query()], shop: Shop) -> object:
    """The children of a category, or the roots, by name."""
    request = product_pb2.ListCategoriesRequest(parent_id=query.parent_id or "")
    found = await shop.clients.call(shop.clients.products.ListCategories, request)
    return Categories.of(found.categories)


@router.get("/categories/{category_id}", response_model=CategoryView, responses={200: {"headers": ETAG}, **documented(404)})
async def read_category(category_id: Id, shop: Shop) -> object:
    """A category with its parent and its children."""
    request = product_pb2.GetCategoryRequest(category_id=category_id)
    found = await shop.clients.call(shop.clients.products.GetCategory, request)
    return answer(CategoryView.seen(found), 200, tagged(found.etag))


@router.post(
    "/categories",
    status_code=201,
    response_model=Category,
    responses={201: {"headers": {**LOCATION, **ETAG}}, **documented(403, 404, 409)},
    dependencies=ADMIN,
)
async def create_category(body: NewCategory, shop: Shop) -> object:
    """Add a category. Admins only."""
    request = product_pb2.CreateCategoryRequest(name=body.name, parent_id=body.parent_id or "")
    made = await shop.clients.call(shop.clients.products.CreateCategory, request)
    return answer(Category.of(made.category), 201, at(f"/categories/{made.category.id}") | tagged(made.etag))


@router.patch(
    "/categories/{category_id}",
    response_model=Category,
    responses={200: {"headers": ETAG}, **documented(403, 404, 409, 412)},
    dependencies=ADMIN,
)
async def change_category(category_id: Id, body: CategoryChange, if_match: IfMatch, shop: Shop) -> object:
    """Rename or move a category. Admins only."""
    request = product_pb2.UpdateCategoryRequest(category_id=category_id, name=body.name, if_match=if_match)
    if "parent_id" in body.model_fields_set:
        request.parent_id = body.parent_id or ""
    changed = await shop.clients.call(shop.clients.products.UpdateCategory, request)
    return answer(Category.of(changed.category), 200, tagged(changed.etag))


@router.delete("/categories/{category_id}", status_code=204, responses=documented(403, 404, 409), dependencies=ADMIN)
async def delete_category(category_id: Id, shop: Shop) -> Response:
    """Remove an empty category. Admins only. 409 while it has children or products."""
    await shop.clients.call(shop.clients.products.DeleteCategory, product_pb2.DeleteCategoryRequest(category_id=category_id))
    return Response(status_code=204)
