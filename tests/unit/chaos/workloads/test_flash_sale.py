"""Everybody is in the shop at once, as far as there is room, in an order that the seed decides, and wants one unit."""

import pytest

from chaos.workloads.buyer import Habits
from chaos.workloads.flash_sale import FlashSale
from harness.history import History
from tests.unit.chaos.workloads.fake_shop import FrontDesk
from tests.unit.chaos.workloads.test_open_shop import PLACED, opened

ORDERS_ONLY = Habits(retries=1.0, attempts=4, pays=0.0, cancels=0.0)


async def sold(sale: FlashSale, monkeypatch: pytest.MonkeyPatch, *, stock: int = 500, seed: int = 7) -> History:
    async with opened(sale, FrontDesk(stock=stock), monkeypatch, seed) as (drive, kept):
        await drive()
    return History(tuple(kept))


async def test_every_buyer_wants_one_unit_under_a_key_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    placed = (await sold(FlashSale(daring=None, stock=4, buyers=10, habits=ORDERS_ONLY), monkeypatch, stock=4)).named(PLACED)
    assert len(placed) == len({each.process for each in placed}) == len({each.input["key"] for each in placed}) == 10
    assert all(each.input["items"] == [{"product_id": "p", "quantity": 1}] for each in placed)
    assert sorted(each.status or 0 for each in placed) == [201] * 4 + [409] * 6


async def test_no_more_are_in_the_shop_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    history = await sold(FlashSale(daring=None, buyers=6, concurrent=1, habits=Habits(pays=1.0)), monkeypatch)
    visits = [operation.process for operation in history.operations]
    alone = [name for name in dict.fromkeys(visits) for _ in range(visits.count(name))]
    assert visits == alone, "with room for one, nobody's operations are among another's"
    assert len(visits) > 6


async def test_the_seed_decides_who_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    async def arrivals(seed: int) -> list[str]:
        history = await sold(FlashSale(daring=None, buyers=8, concurrent=1, habits=ORDERS_ONLY), monkeypatch, seed=seed)
        return [operation.process for operation in history.named(PLACED)]

    assert await arrivals(1) == await arrivals(1)
    assert await arrivals(1) != await arrivals(2)


async def test_it_does_the_operations_that_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    sale = FlashSale(daring=None, buyers=20, habits=Habits(pays=0.5, cancels=0.5))
    assert {operation.name for operation in (await sold(sale, monkeypatch)).operations} == sale.operations
