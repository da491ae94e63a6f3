import pytest
from shop.product.v1 import product_pb2 as pb

from system.common.errors import Conflict, NotFound
from tests.integration.product.warehouse import Warehouse, new_id, new_ids, outcomes, refused


async def test_confirming_sells_once(warehouse: Warehouse) -> None:
    product, order = await warehouse.product(5), new_id()
    await warehouse.reserve({order: {product: 2}})
    assert await warehouse.confirm([order]) == ["CONFIRMED"]
    before = warehouse.written(product)
    assert await warehouse.confirm([order, order], via=1) == ["CONFIRMED", "CONFIRMED"]
    assert warehouse.written(product) == before
    assert warehouse.units(product) == (3, 0, 2)
    assert outcomes(await warehouse.reserve({order: {product: 2}})) == ["CONFIRMED"]
    warehouse.check(product)


async def test_nothing_reserved_is_nothing_to_confirm(warehouse: Warehouse) -> None:
    order = new_id()
    assert await warehouse.confirm([order]) == ["NOT_FOUND"]
    assert warehouse.state(order) is None


async def test_releasing_gives_back_once(warehouse: Warehouse) -> None:
    product, order = await warehouse.product(5), new_id()
    await warehouse.reserve({order: {product: 2}})
    assert await warehouse.release([order]) == ["RELEASED"]
    before = warehouse.written(product)
    assert await warehouse.release([order], via=1) == ["RELEASED"]
    assert await warehouse.confirm([order]) == ["RELEASED"]
    assert warehouse.written(product) == before
    assert warehouse.units(product) == (5, 0, 0)
    assert outcomes(await warehouse.reserve({order: {product: 2}})) == ["RELEASED"]
    warehouse.check(product)


async def test_releasing_a_sale_returns_its_units(warehouse: Warehouse) -> None:
    product, order = await warehouse.product(5), new_id()
    await warehouse.reserve({order: {product: 2}})
    await warehouse.confirm([order])
    assert await warehouse.release([order]) == ["RELEASED"]
    assert await warehouse.release([order]) == ["RELEASED"]
    assert warehouse.units(product) == (5, 0, 0)
    assert [entry["kind"] for entry in warehouse.ledger(product)] == ["PUT", "RESERVE", "CONFIRM", "RETURN"]
    warehouse.check(product)


async def test_a_release_that_overtakes_its_reserve_shuts_the_door(warehouse: Warehouse) -> None:
    product, order = await warehouse.product(5), new_id()
    assert await warehouse.release([order, order]) == ["RELEASED", "RELEASED"]
    before = warehouse.written(product)
    assert outcomes(await warehouse.reserve({order: {product: 2}}, token=1, via=1)) == ["RELEASED"]
    assert await warehouse.confirm([order]) == ["RELEASED"]
    assert warehouse.units(product) == (5, 0, 0)
    assert warehouse.ledger(product) == before[0][2]


async def test_a_batch_may_mix_what_is_in_every_state(warehouse: Warehouse) -> None:
    a, b = await warehouse.product(9), await warehouse.product(9)
    reserved, sold, released, unknown = new_ids(4)
    await warehouse.reserve({order: {a: 1, b: 2} for order in (reserved, sold, released)})
    await warehouse.confirm([sold])
    await warehouse.release([released])
    everyone = [unknown, released, sold, reserved]
    assert await warehouse.confirm(everyone) == ["NOT_FOUND", "RELEASED", "CONFIRMED", "CONFIRMED"]
    assert await warehouse.release(everyone) == ["RELEASED"] * 4
    assert (warehouse.units(a), warehouse.units(b)) == ((9, 0, 0), (9, 0, 0))
    warehouse.check(a, b)


async def test_a_product_stays_on_sale_while_units_are_reserved(warehouse: Warehouse) -> None:
    product, order = await warehouse.product(5), new_id()
    await warehouse.reserve({order: {product: 2}})
    with refused(Conflict, "PRODUCT_RESERVED"):
        await warehouse.stub.DeleteProduct(pb.DeleteProductRequest(product_id=product))
    await warehouse.confirm([order])
    await warehouse.stub.DeleteProduct(pb.DeleteProductRequest(product_id=product))
    assert await warehouse.release([order]) == ["RELEASED"], "a sale can be undone after the product is gone"
    assert warehouse.units(product) == (5, 0, 0)


async def test_setting_stock_writes_the_difference(warehouse: Warehouse) -> None:
    product = await warehouse.product(10)
    await warehouse.reserve({new_id(): {product: 4}})
    assert await warehouse.set_stock(product, 2) == pb.Stock(product_id=product, available=2, reserved=4)
    assert await warehouse.set_stock(product, 2) == pb.Stock(product_id=product, available=2, reserved=4)
    assert [(e["kind"], e["quantity"]) for e in warehouse.ledger(product)] == [("PUT", 10), ("RESERVE", 4), ("PUT", -4)]
    read = await warehouse.stubs[1].GetStock(pb.GetStockRequest(product_id=product))
    assert read.stock == pb.Stock(product_id=product, available=2, reserved=4)
    warehouse.check(product)


@pytest.mark.parametrize("deleted", [False, True])
async def test_what_is_not_in_the_catalogue_has_no_stock(warehouse: Warehouse, *, deleted: bool) -> None:
    product = new_id()
    if deleted:
        product = await warehouse.product(1)
        await warehouse.stub.DeleteProduct(pb.DeleteProductRequest(product_id=product))
    with refused(NotFound, "PRODUCT_NOT_FOUND"):
        await warehouse.stub.GetStock(pb.GetStockRequest(product_id=product))
    with refused(NotFound, "PRODUCT_NOT_FOUND"):
        await warehouse.set_stock(product, 3)
