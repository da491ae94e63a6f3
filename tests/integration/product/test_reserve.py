from shop.product.v1 import product_pb2 as pb

from system.common.errors import InvalidArgument, StaleFencingToken
from tests.integration.product.warehouse import PRICE, Warehouse, new_id, new_ids, outcomes, refused


async def test_a_batch_is_served_in_its_order_and_each_order_whole(warehouse: Warehouse) -> None:
    a, b = await warehouse.product(3), await warehouse.product(1)
    first, second, third, fourth = new_ids(4)
    results = await warehouse.reserve({first: {a: 1, b: 1}, second: {a: 1, b: 1}, third: {a: 2}, fourth: {a: 1, new_id(): 1}})
    assert [result.order_id for result in results] == [first, second, third, fourth]
    assert outcomes(results) == ["RESERVED", "OUT_OF_STOCK", "RESERVED", "UNKNOWN_PRODUCT"]
    assert results[1].product_id == b
    assert (warehouse.units(a), warehouse.units(b)) == ((0, 3, 0), (0, 1, 0))
    assert [warehouse.state(order) for order in (first, second, third, fourth)] == ["RESERVED", None, "RESERVED", None]
    warehouse.check(a, b)


async def test_a_repeated_call_answers_alike_and_moves_nothing(warehouse: Warehouse) -> None:
    product, order = await warehouse.product(5), new_id()
    first = await warehouse.reserve({order: {product: 2}}, token=3)
    before = warehouse.written(product)
    assert await warehouse.reserve({order: {product: 2}}, token=3, via=1) == first
    assert warehouse.written(product) == before
    assert await warehouse.reserve({order: {product: 4}}, token=4) == first, "another content is answered by what is reserved"
    assert warehouse.units(product) == (3, 2, 0)


async def test_the_price_is_that_of_the_moment(warehouse: Warehouse) -> None:
    product, order = await warehouse.product(5), new_id()
    (result,) = await warehouse.reserve({order: {product: 2}})
    expected = pb.PricedLine(product_id=product, name="Lamp", quantity=2, unit_price=PRICE)
    assert list(result.lines) == [expected]
    await warehouse.stub.UpdateProduct(pb.UpdateProductRequest(product_id=product, name="Dear lamp"))
    (again,) = await warehouse.reserve({order: {product: 2}})
    assert list(again.lines) == [expected]


async def test_a_stale_token_writes_nothing_for_no_order_of_the_batch(warehouse: Warehouse) -> None:
    fresh, stale = await warehouse.product(5), await warehouse.product(5)
    await warehouse.reserve({new_id(): {stale: 1}}, token=8)
    before, orders = warehouse.written(fresh, stale), new_ids(2)
    with refused(StaleFencingToken):
        await warehouse.reserve({orders[0]: {fresh: 1}, orders[1]: {stale: 1}}, token=7, via=1)
    assert warehouse.written(fresh, stale) == before
    assert [warehouse.state(order) for order in orders] == [None, None]
    refusals = warehouse.rows("SELECT token, written FROM fenced_off WHERE product_id = %s", stale)
    assert [(row["token"], row["written"]) for row in refusals] == [(7, 8)], "a refused write must be seen"
    assert outcomes(await warehouse.reserve({orders[0]: {fresh: 1}, orders[1]: {stale: 1}}, token=8)) == ["RESERVED"] * 2


async def test_a_refusal_raises_the_fence_too(warehouse: Warehouse) -> None:
    product = await warehouse.product(1)
    assert outcomes(await warehouse.reserve({new_id(): {product: 2}}, token=9)) == ["OUT_OF_STOCK"]
    assert warehouse.fence(product) == 9
    with refused(StaleFencingToken):
        await warehouse.reserve({new_id(): {product: 1}}, token=8)
    assert warehouse.units(product) == (1, 0, 0)


async def test_the_ledger_keeps_the_token(warehouse: Warehouse) -> None:
    product, order = await warehouse.product(1), new_id()
    await warehouse.reserve({order: {product: 1}}, token=12)
    entry = warehouse.ledger(product)[-1]
    assert (entry["kind"], entry["order_id"], entry["quantity"], entry["fence"]) == ("RESERVE", order, 1, 12)


async def test_a_product_that_exists_needs_a_token(warehouse: Warehouse) -> None:
    product, order = await warehouse.product(1), new_id()
    wanted = pb.Reservation(order_id=order, lines=[pb.Line(product_id=product, quantity=1)])
    with refused(InvalidArgument):
        await warehouse.stub.ReserveStock(pb.ReserveStockRequest(reservations=[wanted]))
    assert warehouse.state(order) is None


async def test_what_has_no_form_of_an_id_is_an_unknown_product(warehouse: Warehouse) -> None:
    product = await warehouse.product(2)
    odd = "x" * 36, "é" * 36, product.upper(), "", "'; DROP TABLE stock; --"
    results = await warehouse.reserve({new_id(): {name: 1, product: 1} for name in odd} | {new_id(): {product: 1}})
    assert outcomes(results) == ["UNKNOWN_PRODUCT"] * len(odd) + ["RESERVED"]
    assert [result.product_id for result in results[:-1]] == list(odd)


async def test_a_product_taken_off_sale_is_unknown(warehouse: Warehouse) -> None:
    product = await warehouse.product(2)
    await warehouse.stub.DeleteProduct(pb.DeleteProductRequest(product_id=product))
    assert outcomes(await warehouse.reserve({new_id(): {product: 1}})) == ["UNKNOWN_PRODUCT"]
    assert warehouse.units(product) == (2, 0, 0)


async def test_an_order_may_have_a_hundred_lines(warehouse: Warehouse) -> None:
    products = [await warehouse.product(2) for _ in range(100)]
    (result,) = await warehouse.reserve({new_id(): {product: 1 + n % 2 for n, product in enumerate(products)}})
    assert outcomes([result]) == ["RESERVED"]
    assert len(result.lines) == 100
    warehouse.check(*products)
