"""A partition silences the edges between two groups, both ways or one, and afterwards no connection has a hole in it."""

from harness.direction import Direction
from harness.faults.partition import Partition, partition
from harness.faults.targets import some_of
from tests.unit.harness.faults.fake_edges import FakeEdges
from tests.unit.harness.faults.specs import declared

UP, DOWN = "fault_partition_upstream", "fault_partition_downstream"


async def parted(shop: FakeEdges, ones: list[str], others: list[str], *, one_way: bool = False) -> Partition:
    fault = Partition(declared(partition(ones, others, one_way=one_way)))
    await fault.assume(shop)
    await fault.inject(shop)
    return fault


async def test_both_ways_are_silent_whoever_calls() -> None:
    shop = FakeEdges()
    fault = await parted(shop, ["order-1"], ["redis-lock-1", "gateway-1"])
    assert shop.poisoned() == {"order-1->redis-lock-1": [DOWN, UP], "gateway-1->order-1": [DOWN, UP]}
    assert fault.spec.target == "order-1->redis-lock-1, gateway-1->order-1"


async def test_one_way_loses_what_the_first_ones_send_be_it_an_answer() -> None:
    shop = FakeEdges()
    fault = await parted(shop, ["order-1"], ["redis-lock-1", "gateway-1"], one_way=True)
    assert shop.poisoned() == {"order-1->redis-lock-1": [UP], "gateway-1->order-1": [DOWN]}
    assert fault.spec.target == "order-1->redis-lock-1 (upstream), gateway-1->order-1 (downstream)"


async def test_where_one_edge_is_enough_the_others_need_no_traffic() -> None:
    shop = FakeEdges()
    fault = Partition(declared(some_of(partition(["order-*"], ["redis-*"]))))
    await fault.inject(shop)
    assert not (await fault.prove(shop)).effective
    shop.all["order-1->redis-lock-1"].dropped[Direction.UPSTREAM] = 9
    assert (await fault.prove(shop)).effective


async def test_lost_bytes_on_every_edge_prove_it() -> None:
    shop = FakeEdges()
    shop.all["order-1->redis-lock-1"].dropped[Direction.UPSTREAM] = 50
    fault = await parted(shop, ["order-*"], ["redis-*"])
    nothing = await fault.prove(shop)
    assert (nothing.effective, nothing.detail) == (False, "no bytes lost on order-1->redis-lock-1, order-2->redis-lock-1")
    shop.all["order-1->redis-lock-1"].dropped[Direction.UPSTREAM] = 90
    half = await fault.prove(shop)
    lost = "order-1->redis-lock-1: 40 bytes lost; "
    assert (half.effective, half.detail) == (False, f"{lost}no bytes lost on order-2->redis-lock-1")
    shop.all["order-2->redis-lock-1"].dropped[Direction.DOWNSTREAM] = 7
    proof = await fault.prove(shop)
    assert (proof.effective, proof.detail) == (True, f"{lost}order-2->redis-lock-1: 7 bytes lost")


async def test_healing_ends_the_silence_and_the_connections_that_heard_half() -> None:
    shop = FakeEdges()
    fault = await parted(shop, ["order-1"], ["redis-lock-1"])
    assert await fault.heal(shop) == "1 edges carry both ways again, on new connections"
    assert shop.poisoned() == {}
    assert shop.disabled() == []
    assert shop.all["order-1->redis-lock-1"].connections == 0


async def test_healing_twice_is_no_harm() -> None:
    shop = FakeEdges()
    fault = await parted(shop, ["order-1"], ["redis-lock-1"])
    await fault.heal(shop)
    await fault.heal(shop)
