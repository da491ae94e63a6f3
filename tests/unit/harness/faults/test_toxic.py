"""A toxic is put on the edges that it names, proves itself by the bytes that it handled, and is taken away again."""

import pytest

from harness.direction import Direction
from harness.faults.toxic import Toxic, toxic
from harness.proxy.client import ProxyApiError, ToxicCounts
from tests.unit.harness.faults.fake_edges import FakeEdges
from tests.unit.harness.faults.specs import declared

NAME = "fault_latency_downstream"


def latency(**more: float) -> Toxic:
    return Toxic(declared(toxic("latency", "order-*->redis-lock-1", latency=100, jitter=20, **more)))  # type: ignore[arg-type]  # toxicity alone


async def injected(shop: FakeEdges, fault: Toxic) -> Toxic:
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


async def test_bytes_that_it_handled_prove_it_and_those_of_before_do_not() -> None:
    shop = FakeEdges()
    shop.all["order-1->redis-lock-1"].counted[NAME] = ToxicCounts(connections=1, bytes=900, ends=0, closed=0)
    fault = await injected(shop, latency())
    shop.all["order-2->redis-lock-1"].counted[NAME] = ToxicCounts(connections=1, bytes=8, ends=0, closed=0)
    assert not (await fault.prove(shop)).effective
    shop.all["order-1->redis-lock-1"].counted[NAME] = ToxicCounts(connections=2, bytes=2_400, ends=0, closed=0)
    proof = await fault.prove(shop)
    assert (proof.effective, proof.detail) == (True, "order-1->redis-lock-1: 1,500 bytes; order-2->redis-lock-1: 8 bytes")


async def test_a_stream_that_it_closed_proves_it_too() -> None:
    shop = FakeEdges()
    fault = await injected(shop, latency())
    for edge in ("order-1->redis-lock-1", "order-2->redis-lock-1"):
        shop.all[edge].counted[NAME] = ToxicCounts(connections=1, bytes=0, ends=0, closed=1)
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


def test_a_spec_has_the_units_in_the_names_and_the_proxy_gets_its_own() -> None:
    spec = declared(toxic("slicer", "order-1->*", average_size=64, size_variation=8, delay=50))
    assert spec.parameters == {
        "type": "slicer",
        "toxicity": 1.0,
        "average_size_bytes": 64,
        "size_variation_bytes": 8,
        "delay_us": 50,
    }
    assert Toxic(spec).attributes == {"average_size": 64, "size_variation": 8, "delay": 50}
    assert declared(toxic("slow_close", "order-1->*", delay=50)).parameters["delay_ms"] == 50
