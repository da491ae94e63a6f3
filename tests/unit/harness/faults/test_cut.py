"""A cut breaks the edges that it names and no others, counts what it broke, and mends all of it."""

import pytest

from harness.faults.cut import Cut, cut, cut_one_of
from harness.proxy.client import ProxyApiError
from tests.unit.harness.faults.fake_edges import FakeEdges
from tests.unit.harness.faults.specs import declared, targets


async def cut_off(shop: FakeEdges, *patterns: str) -> Cut:
    fault = Cut(declared(cut(*patterns)))
    await fault.assume(shop)
    await fault.inject(shop)
    return fault


async def test_only_the_edges_it_names_are_cut_and_mended() -> None:
    shop = FakeEdges()
    fault = await cut_off(shop, "order-*->redis-lock-1")
    assert shop.disabled() == ["order-1->redis-lock-1", "order-2->redis-lock-1"]
    assert fault.spec.target == "order-1->redis-lock-1, order-2->redis-lock-1"
    assert await fault.heal(shop) == "2 edges are as they were"
    assert shop.disabled() == []


async def test_broken_connections_prove_it() -> None:
    shop = FakeEdges()
    shop.all["order-1->payment-1"].cut = 7
    proof = await (await cut_off(shop, "order-1->payment-1")).prove(shop)
    assert (proof.effective, proof.detail) == (True, "order-1->payment-1: 2 connections cut")


async def test_an_edge_without_connections_proves_nothing() -> None:
    shop = FakeEdges()
    shop.all["order-1->payment-1"].connections = 0
    proof = await (await cut_off(shop, "order-1->payment-1")).prove(shop)
    assert (proof.effective, proof.detail) == (False, "no connections cut on order-1->payment-1")


async def test_what_was_cut_before_it_failed_is_mended() -> None:
    shop = FakeEdges(broken=("order-2->redis-lock-1",))
    fault = Cut(declared(cut("order-*->redis-lock-1")))
    await fault.assume(shop)
    with pytest.raises(ProxyApiError):
        await fault.inject(shop)
    assert shop.disabled() == ["order-1->redis-lock-1"]
    await fault.heal(shop)
    assert shop.disabled() == []


def test_the_seed_decides_which_edge() -> None:
    edges = ("order-1->redis-lock-1", "order-2->redis-lock-1")
    assert set(targets(cut_one_of(*edges))) == set(edges)
