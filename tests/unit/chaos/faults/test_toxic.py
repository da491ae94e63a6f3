"""A toxic is put on the edges that it names, proves itself by the bytes in its hands, and is taken away again."""

import pytest

from chaos.faults import toxic
from chaos.faults.toxic import OnEdges
from harness.proxy.client import ProxyApiError, ToxicCounts
from harness.proxy.direction import Direction
from harness.seed import Seed
from tests.unit.chaos.faults.fake_edges import FakeEdges

NAME = "fault_latency_downstream"


def latency(**more: float) -> OnEdges:
    return toxic("latency", "order-*->redis-lock-1", latency=100, jitter=20, **more)(Seed(1).stream("fault"))  # type: ignore[arg-type]  # toxicity alone


async def injected(shop: FakeEdges, fault: OnEdges) -> OnEdges:
    await fault.assume(shop)
    await fault.inject(shop)
    return fault


async def test_it_is_on_the_edges_it_names_with_its_attributes_until_it_heals() -> None:
    shop = FakeEdges()
    fault = await injected(shop, latency(toxicity=0.5))
    assert shop.poisoned() == {"order-1->redis-lock-1": [NAME], "order-2->redis-lock-1": [NAME]}
    assert shop.all["order-2->redis-lock-1"].toxics[NAME] == (
        "latency",
        Direction.DOWNSTREAM,
        0.5,
        {"latency": 100, "jitter": 20},
    )
    assert await fault.heal(shop) == "2 edges are as they were"
    assert shop.poisoned() == {}


async def test_bytes_in_its_hands_prove_it_and_those_of_before_do_not() -> None:
    shop = FakeEdges()
    shop.all["order-1->redis-lock-1"].counted[NAME] = ToxicCounts(connections=1, bytes=900, ends=0, closed=0)
    fault = await injected(shop, latency())
    assert not (await fault.prove(shop)).effective
    shop.all["order-1->redis-lock-1"].counted[NAME] = ToxicCounts(connections=2, bytes=2_400, ends=0, closed=0)
    proof = await fault.prove(shop)
    assert (proof.effective, proof.detail) == (True, "order-1->redis-lock-1: 1,500 bytes")


async def test_a_stream_that_it_closed_proves_it_too() -> None:
    shop = FakeEdges()
    fault = await injected(shop, latency())
    shop.all["order-2->redis-lock-1"].counted[NAME] = ToxicCounts(connections=1, bytes=0, ends=0, closed=1)
    assert (await fault.prove(shop)).effective


async def test_healing_what_was_half_injected_takes_away_what_there_is() -> None:
    shop = FakeEdges(broken=("order-2->redis-lock-1",))
    fault = latency()
    await fault.assume(shop)
    with pytest.raises(ProxyApiError):
        await fault.inject(shop)
    assert shop.poisoned() == {"order-1->redis-lock-1": [NAME]}
    await fault.heal(shop)
    assert shop.poisoned() == {}


async def test_a_proxy_that_does_not_let_go_is_not_healed() -> None:
    shop = FakeEdges()
    fault = await injected(shop, latency())

    async def refuse(proxy: str, name: str) -> None:
        raise ProxyApiError(503, "not now")

    shop.remove_toxic = refuse  # type: ignore[method-assign]  # a proxy that is ill
    with pytest.raises(ProxyApiError, match="not now"):
        await fault.heal(shop)
