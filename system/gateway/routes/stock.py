"""The stock of a product: admins only."""

from fastapi import APIRouter, Depends
from shop.product.v1 import product_pb2

from system.gateway.answers import answer
from system.gateway.auth import Roles
from system.gateway.conditions import ETAG, IfMatch, tagged
from system.gateway.models.fields import Id
from system.gateway.models.products import Stock, StockChange
from system.gateway.models.users import Role
from system.gateway.parts import Shop
from system.gateway.problems import documented

router = APIRouter(tags=["stock"])
ADMIN = [Depends(Roles(Role.ADMIN))]


@router.get(
    "/products/{product_id}/stock",
    response_model=Stock,
    responses={200: {"headers": ETAG}, **documented(403, 404)},
    dependencies=ADMIN,
)
async def read_stock(product_id: Id, shop: Shop) -> object:
    """Units available, reserved and sold. Admins only."""
    request = product_pb2.GetStockRequest(product_id=product_id)
    found = await shop.clients.call(shop.clients.products.GetStock, request)
    return answer(Stock.of(found.stock), 200, tagged(found.etag))


@router.put(
    "/products/{product_id}/stock",
    response_model=Stock,
    responses={200: {"headers": ETAG}, **documented(403, 404, 412)},
    dependencies=ADMIN,
)
async def set_stock(product_id: Id, body: StockChange, if_match: IfMatch, shop: Shop) -> object:
    """Set the units that can be ordered from now on; what is reserved or sold stays. Admins only."""
    request = product_pb2.SetStockRequest(product_id=product_id, available=body.available, if_match=if_match)
    changed = await shop.clients.call(shop.clients.products.SetStock, request)
    return answer(Stock.of(changed.stock), 200, tagged(changed.etag))
