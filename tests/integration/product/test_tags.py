"""Changes of what was read: of those who read the same state, one changes it."""

import asyncio

from shop.product.v1 import product_pb2 as pb

from system.common.errors import Stale
from tests.integration.product.warehouse import Warehouse, refused

WRITERS = 8


async def test_of_many_who_read_a_product_one_changes_it(warehouse: Warehouse) -> None:
    product = await warehouse.product()
    seen = (await warehouse.stub.GetProduct(pb.GetProductRequest(product_id=product))).etag
    changes = [pb.UpdateProductRequest(product_id=product, name=f"Lamp {n}", if_match=[seen]) for n in range(WRITERS)]
    calls = [warehouse.stubs[n % 2].UpdateProduct(change) for n, change in enumerate(changes)]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    [done] = [each for each in answers if isinstance(each, pb.UpdateProductResponse)]
    now = await warehouse.stub.GetProduct(pb.GetProductRequest(product_id=product))
    assert (now.product.name, now.etag) == (done.product.name, done.etag)
    with refused(Stale):
        await warehouse.stub.UpdateProduct(changes[0])
    await warehouse.stub.UpdateProduct(pb.UpdateProductRequest(product_id=product, name="Lamp", if_match=["other", now.etag]))


async def test_of_many_who_read_a_stock_one_sets_it(warehouse: Warehouse) -> None:
    product = await warehouse.product(available=3)
    seen = (await warehouse.stub.GetStock(pb.GetStockRequest(product_id=product))).etag
    changes = [pb.SetStockRequest(product_id=product, available=10 + n, if_match=[seen]) for n in range(WRITERS)]
    calls = [warehouse.stubs[n % 2].SetStock(change) for n, change in enumerate(changes)]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    [done] = [each for each in answers if isinstance(each, pb.SetStockResponse)]
    now = await warehouse.stub.GetStock(pb.GetStockRequest(product_id=product))
    assert (now.stock.available, now.etag) == (done.stock.available, done.etag)


async def test_of_many_who_read_a_category_one_changes_it(warehouse: Warehouse) -> None:
    category = await warehouse.category()
    seen = (await warehouse.stub.GetCategory(pb.GetCategoryRequest(category_id=category))).etag
    changes = [pb.UpdateCategoryRequest(category_id=category, name=f"{category} {n}", if_match=[seen]) for n in range(WRITERS)]
    calls = [warehouse.stubs[n % 2].UpdateCategory(change) for n, change in enumerate(changes)]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    [done] = [each for each in answers if isinstance(each, pb.UpdateCategoryResponse)]
    assert (await warehouse.stub.GetCategory(pb.GetCategoryRequest(category_id=category))).etag == done.etag
