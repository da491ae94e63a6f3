"""Many callers at once, on both instances: rows are contended on purpose, and what is left over is counted."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Sequence

import grpc

from system.common.errors import ShopError, StaleFencingToken, from_rpc_error
from tests.integration.product.warehouse import TIMEOUT_S, Warehouse, new_id, new_ids, outcomes


async def attempt(call: Awaitable[object]) -> ShopError | None:
    """What a call failed with, if it did."""
    try:
        await call
    except grpc.aio.AioRpcError as error:
        return from_rpc_error(error)
    return None


async def together(calls: Sequence[Awaitable[object]]) -> Counter[type[ShopError] | None]:
    """Make the calls at once; how often each error came out. Fails when one hangs."""
    async with asyncio.timeout(TIMEOUT_S):
        errors = await asyncio.gather(*map(attempt, calls))
    return Counter(type(error) if error else None for error in errors)


async def test_holders_of_stale_and_fresh_tokens_never_oversell(warehouse: Warehouse) -> None:
    products = [await warehouse.product(40) for _ in range(3)]
    batches = [
        (token, {order: {products[(token + n) % 3]: 1 + n % 2} for n, order in enumerate(new_ids(6))}) for token in range(1, 61)
    ]
    overtaking = sorted(batches, key=lambda batch: batch[0] * 7 % 11)
    ends = await together([warehouse.reserve(orders, token, via=n % 2) for n, (token, orders) in enumerate(overtaking)])

    assert ends[None] + ends[StaleFencingToken] == len(batches), ends
    assert ends[None] > 1
    assert ends[StaleFencingToken] > 1, "no token was overtaken: this run has tested nothing"
    warehouse.check(*products)
    for product in products:
        available, reserved, sold = warehouse.units(product)
        assert (available + reserved, sold) == (40, 0)
        tokens = [entry["fence"] for entry in warehouse.ledger(product) if entry["kind"] == "RESERVE"]
        assert tokens == sorted(tokens), "a token wrote after a later one"


async def test_the_last_unit_goes_to_one_order(warehouse: Warehouse) -> None:
    for _ in range(10):
        product, orders = await warehouse.product(1), new_ids(8)
        ends = await together([warehouse.reserve({order: {product: 1}}, via=n % 2) for n, order in enumerate(orders)])
        assert ends == {None: 8}
        assert sorted(str(warehouse.state(order)) for order in orders) == ["None"] * 7 + ["RESERVED"]
        assert warehouse.units(product) == (0, 1, 0)


async def test_identical_calls_at_once_reserve_once(warehouse: Warehouse) -> None:
    product, orders = await warehouse.product(100), new_ids(5)
    batch = {order: {product: 2} for order in orders}
    answers = await asyncio.gather(*(warehouse.reserve(batch, via=n % 2) for n in range(12)))
    assert all(outcomes(answer) == ["RESERVED"] * 5 for answer in answers)
    assert warehouse.units(product) == (90, 10, 0)
    warehouse.check(product)


async def test_one_order_with_different_products_at_once_has_one_reservation(warehouse: Warehouse) -> None:
    """Nothing but the primary key stands between these: the calls lock different stock rows."""
    for _ in range(5):
        products, order = [await warehouse.product(5) for _ in range(6)], new_id()
        calls = [warehouse.reserve({order: {product: 1}}, via=n % 2) for n, product in enumerate(products)]
        assert outcomes([answer[0] for answer in await asyncio.gather(*calls)]) == ["RESERVED"] * 6
        assert sorted(warehouse.units(product) for product in products) == [(4, 1, 0)] + [(5, 0, 0)] * 5
        warehouse.check(*products)


async def test_a_release_wins_against_a_reserve_whichever_comes_first(warehouse: Warehouse) -> None:
    product, orders = await warehouse.product(1000), new_ids(30)
    reserves = [warehouse.reserve({order: {product: 1}}, via=0) for order in orders]
    releases = [warehouse.release([order], via=1) for order in orders]
    ends = await together([call for pair in zip(reserves, releases, strict=True) for call in pair])
    assert ends == {None: 60}
    assert {warehouse.state(order) for order in orders} == {"RELEASED"}
    assert warehouse.units(product) == (1000, 0, 0)
    warehouse.check(product)


async def test_a_storm_of_calls_in_every_direction_ends_and_adds_up(warehouse: Warehouse) -> None:
    products = [await warehouse.product(30) for _ in range(4)]
    orders = new_ids(24)
    forwards = {order: dict.fromkeys(products, 1) for order in orders}
    backwards = {order: dict(reversed(lines.items())) for order, lines in reversed(forwards.items())}
    calls: list[Awaitable[object]] = []
    for n in range(12):
        via, few = n % 2, orders[n : n + 8]
        calls += [
            warehouse.reserve(forwards if n % 3 else backwards, via=via),
            warehouse.confirm(list(reversed(few)), via=1 - via),
            warehouse.release(few[n % 4 :: 2], via=via),
            warehouse.set_stock(products[n % 4], 30 + n),
        ]
    assert await together(calls) == {None: len(calls)}
    warehouse.check(*products)
    await warehouse.release(orders)
    warehouse.check(*products)
    assert all(warehouse.units(product)[1:] == (0, 0) for product in products)


async def test_a_hundred_orders_over_one_product_are_one_short_transaction(warehouse: Warehouse) -> None:
    """The queue's batches live on this. The bound is loose, for machines that do other things; it is about 15 ms alone."""
    product = await warehouse.product(10_000)
    times: list[float] = []
    for _ in range(10):
        batch = {order: {product: 1} for order in new_ids(100)}
        started = asyncio.get_running_loop().time()
        assert outcomes(await warehouse.reserve(batch)) == ["RESERVED"] * 100
        times.append(asyncio.get_running_loop().time() - started)
    assert min(times) < 0.2, times
    assert warehouse.units(product) == (9000, 1000, 0)
