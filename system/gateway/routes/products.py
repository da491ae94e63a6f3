"""Products: everybody reads, admins write."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from shop.product.v1 import product_pb2

from system.gateway.answers import LOCATION, answer, at
from system.gateway.auth import Roles
from system.gateway.conditions import ETAG, IfMatch, tagged
from system.gateway.models.fields import Id
from system.gateway.models.products import NewProduct, Product, ProductChange, ProductQuery, Products
from system.gateway.models.users import Role
from system.gateway.parts import Shop
from system.gateway.problems import documented

router = APIRouter(tags=["products"])
ADMIN = [Depends(Roles(Role.ADMIN))]


@router.get("/products/{product_id}", response_model=Product, responses={200: {"headers": ETAG}, **documented(404)})
async def read_product(product_id: Id, shop: Shop) -> object:
    """A product."""
    request = product_pb2.GetProductRequest(product_id=product_id)
    found = await shop.clients.call(shop.clients.products.GetProduct, request)
    return answer(Product.of(found.product), 200, tagged(found.etag))


@router.get("/products", response_model=Products, responses=documented(404))
async def list_products(query: Annotated[ProductQuery, Query()], shop: Shop) -> object:
    """A page of the catalogue."""
    request = product_pb2.ListProductsRequest(
        page=query.page,
        page_size=query.page_size,
        name_contains=query.name,
        category_id=query.category_id or "",
        sort=product_pb2.ProductSort.Value(f"PRODUCT_SORT_{query.sort.upper()}"),
        page_token=query.cursor,
    )
    found = await shop.clients.call(shop.clients.products.ListProducts, request)
    items = [Product.of(product) for product in found.products]
    following = found.next_page_token or None
    return Products(items=items, total=found.total, page=query.page, page_size=query.page_size, next_cursor=following)


@router.post(
    "/products",
    status_code=201,
    response_model=Product,
    responses={201: {"headers": {**LOCATION, **ETAG}}, **documented(403, 404)},
    dependencies=ADMIN,
)
async def create_product(body: NewProduct, shop: Shop) -> object:
    """Add a product, without stock. Admins only."""
    request = product_pb2.CreateProductRequest(
        name=body.name,
        description=body.description,
        price=body.price.message(),
        category_id=body.category_id or "",
        images=[image.message() for image in body.images],
    )
    made = await shop.clients.call(shop.clients.products.CreateProduct, request)
    return answer(Product.of(made.product), 201, at(f"/products/{made.product.id}") | tagged(made.etag))


@router.patch(
    "/products/{product_id}",
    response_model=Product,
    responses={200: {"headers": ETAG}, **documented(403, 404, 412)},
    dependencies=ADMIN,
)
async def change_product(product_id: Id, body: ProductChange, if_match: IfMatch, shop: Shop) -> object:
    """Change a product. Admins only. Orders keep the name and price they were reserved at."""
    request = product_pb2.UpdateProductRequest(
        product_id=product_id,
        name=body.name,
        description=body.description,
        price=body.price.message() if body.price else None,
        if_match=if_match,
    )
    if "category_id" in body.model_fields_set:
        request.category_id = body.category_id or ""
    if body.images is not None:
        request.images.CopyFrom(product_pb2.Images(images=[image.message() for image in body.images]))
    changed = await shop.clients.call(shop.clients.products.UpdateProduct, request)
    return answer(Product.of(changed.product), 200, tagged(changed.etag))


@router.delete("/products/{product_id}", status_code=204, responses=documented(403, 404, 409), dependencies=ADMIN)
async def delete_product(product_id: Id, shop: Shop) -> Response:
    """Take a product out of the catalogue. Admins only. 409 while units are reserved."""
    await shop.clients.call(shop.clients.products.DeleteProduct, product_pb2.DeleteProductRequest(product_id=product_id))
    return Response(status_code=204)
