"""Whatever a client sends, it gets INVALID_ARGUMENT, and nothing changes."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
from shop.common.v1.money_pb2 import Money
from shop.product.v1 import product_pb2 as pb

from system.common.errors import InvalidArgument
from tests.integration.product.warehouse import PRICE, Warehouse, new_id, refused

LONG = "x" * 5000
LINE = pb.Line(product_id=new_id(), quantity=1)
IMAGE = pb.Image(url="https://x.example/a.png")


def create(**changes: Any) -> pb.CreateProductRequest:
    fields: dict[str, Any] = {"name": "Lamp", "price": PRICE} | changes
    return pb.CreateProductRequest(**fields)


def reserve(order: str | None = None, *lines: pb.Line, fences: Sequence[pb.Fence] = ()) -> pb.ReserveStockRequest:
    wanted = pb.Reservation(order_id=new_id() if order is None else order, lines=lines)
    return pb.ReserveStockRequest(reservations=[wanted], fences=fences)


def quantity(units: int) -> pb.ReserveStockRequest:
    return reserve(None, pb.Line(product_id=new_id(), quantity=units))


def price(minor_units: int, currency: str = "EUR") -> Money:
    return Money(minor_units=minor_units, currency=currency)


SAME = pb.Reservation(order_id=new_id(), lines=[LINE])
REQUESTS: dict[str, tuple[str, Any]] = {
    "category without a name": ("CreateCategory", pb.CreateCategoryRequest()),
    "category with a blank name": ("CreateCategory", pb.CreateCategoryRequest(name="  ")),
    "category with a long name": ("CreateCategory", pb.CreateCategoryRequest(name="x" * 101)),
    "category with a NUL in its name": ("CreateCategory", pb.CreateCategoryRequest(name="a\0b")),
    "category under no id": ("CreateCategory", pb.CreateCategoryRequest(name="x", parent_id="x")),
    "category read by no id": ("GetCategory", pb.GetCategoryRequest()),
    "categories under no id": ("ListCategories", pb.ListCategoriesRequest(parent_id=LONG)),
    "category renamed to nothing": ("UpdateCategory", pb.UpdateCategoryRequest(category_id=new_id(), name="")),
    "category moved under no id": ("UpdateCategory", pb.UpdateCategoryRequest(category_id=new_id(), parent_id="é")),
    "category deleted by no id": ("DeleteCategory", pb.DeleteCategoryRequest(category_id="x")),
    "product without a name": ("CreateProduct", create(name="")),
    "product with a long name": ("CreateProduct", create(name="x" * 201)),
    "product with a long description": ("CreateProduct", create(description=LONG)),
    "product without a price": ("CreateProduct", create(price=None)),
    "free product": ("CreateProduct", create(price=price(0))),
    "product that pays you": ("CreateProduct", create(price=price(-5))),
    "product nobody can afford": ("CreateProduct", create(price=price(10**11 + 1))),
    "product at 2^63": ("CreateProduct", create(price=price(2**63 - 1))),
    "product in no currency": ("CreateProduct", create(price=price(1, ""))),
    "product in small money": ("CreateProduct", create(price=price(1, "eur"))),
    "product in no category": ("CreateProduct", create(category_id="x")),
    "product with 11 images": ("CreateProduct", create(images=[IMAGE] * 11)),
    "product with a script for an image": ("CreateProduct", create(images=[pb.Image(url="javascript:alert(1)")])),
    "product read by no id": ("GetProduct", pb.GetProductRequest(product_id="' OR 1=1 --")),
    "products read by no id": ("GetProducts", pb.GetProductsRequest(product_ids=[new_id(), ""])),
    "1001 products": ("GetProducts", pb.GetProductsRequest(product_ids=[new_id()] * 1001)),
    "page 0": ("ListProducts", pb.ListProductsRequest(page=0, page_size=10)),
    "page -1": ("ListProducts", pb.ListProductsRequest(page=-1, page_size=10)),
    "page 10001": ("ListProducts", pb.ListProductsRequest(page=10_001, page_size=10)),
    "a page of none": ("ListProducts", pb.ListProductsRequest(page=1)),
    "a page of 101": ("ListProducts", pb.ListProductsRequest(page=1, page_size=101)),
    "a page after nonsense": ("ListProducts", pb.ListProductsRequest(page_size=1, page_token="x")),
    "a page after no number": ("ListProducts", pb.ListProductsRequest(page_size=1, page_token=f"{new_id()}.x")),
    "a search for a novel": ("ListProducts", pb.ListProductsRequest(page=1, page_size=1, name_contains=LONG)),
    "a search in no category": ("ListProducts", pb.ListProductsRequest(page=1, page_size=1, category_id="x")),
    "product changed by no id": ("UpdateProduct", pb.UpdateProductRequest(name="x")),
    "product changed to no name": ("UpdateProduct", pb.UpdateProductRequest(product_id=new_id(), name="")),
    "product changed to no price": ("UpdateProduct", pb.UpdateProductRequest(product_id=new_id(), price=Money())),
    "product deleted by no id": ("DeleteProduct", pb.DeleteProductRequest()),
    "stock read by no id": ("GetStock", pb.GetStockRequest()),
    "stock set by no id": ("SetStock", pb.SetStockRequest(product_id="x", available=1)),
    "stock below zero": ("SetStock", pb.SetStockRequest(product_id=new_id(), available=-1)),
    "stock above a billion": ("SetStock", pb.SetStockRequest(product_id=new_id(), available=10**9 + 1)),
    "reservation for no order": ("ReserveStock", reserve("x", LINE)),
    "reservation of nothing": ("ReserveStock", reserve(None)),
    "reservation of 101 lines": (
        "ReserveStock",
        reserve(None, *(pb.Line(product_id=new_id(), quantity=1) for _ in range(101))),
    ),
    "reservation of a product twice": ("ReserveStock", reserve(None, LINE, LINE)),
    "reservation of 0": ("ReserveStock", quantity(0)),
    "reservation of -5": ("ReserveStock", quantity(-5)),
    "reservation of a million and one": ("ReserveStock", quantity(10**6 + 1)),
    "reservation of 2^63": ("ReserveStock", quantity(2**63 - 1)),
    "order twice in a batch": ("ReserveStock", pb.ReserveStockRequest(reservations=[SAME, SAME])),
    "501 orders": (
        "ReserveStock",
        pb.ReserveStockRequest(reservations=[pb.Reservation(order_id=new_id(), lines=[LINE])] * 501),
    ),
    "token 0": ("ReserveStock", reserve(None, LINE, fences=[pb.Fence(product_id=LINE.product_id)])),
    "two tokens for a product": (
        "ReserveStock",
        reserve(None, LINE, fences=[pb.Fence(product_id=LINE.product_id, token=1)] * 2),
    ),
    "no order to confirm": ("ConfirmReservations", pb.ConfirmReservationsRequest(order_ids=["x"])),
    "501 orders to confirm": ("ConfirmReservations", pb.ConfirmReservationsRequest(order_ids=[new_id()] * 501)),
    "no order to release": ("ReleaseReservations", pb.ReleaseReservationsRequest(order_ids=[""])),
    "501 orders to release": ("ReleaseReservations", pb.ReleaseReservationsRequest(order_ids=[new_id()] * 501)),
}


@pytest.mark.parametrize("what", REQUESTS)
async def test_bad_input_is_an_invalid_argument(warehouse: Warehouse, what: str) -> None:
    method, request = REQUESTS[what]
    call: Callable[[Any], Awaitable[object]] = getattr(warehouse.stub, method)
    with refused(InvalidArgument):
        await call(request)


async def test_one_bad_line_leaves_the_whole_batch_undone(warehouse: Warehouse) -> None:
    product, good = await warehouse.product(5), new_id()
    before = warehouse.written(product)
    with refused(InvalidArgument):
        await warehouse.reserve({good: {product: 1}, new_id(): {product: 0}})
    assert warehouse.written(product) == before
    assert warehouse.state(good) is None
