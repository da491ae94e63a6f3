"""Which edges a fault is about, and what it does when there are none."""

from collections.abc import Callable
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

import pytest

from chaos.faults import cut, partition, toxic
from chaos.faults.edges import EdgeFault, named
from harness.experiment import AssumptionError
from harness.seed import Seed
from tests.unit.chaos.faults.fake_edges import EDGES, FakeEdges

RANDOM = Seed(1).stream("fault")


@pytest.mark.parametrize("make", [cut("order-1->redis-lock-1"), toxic("latency", "order-1->redis-lock-1", latency=100)])
async def test_a_stack_without_a_proxy_has_nothing_to_hurt(make: Callable[[Random], EdgeFault]) -> None:
    with pytest.raises(AssumptionError, match="run through no proxy"):
        await make(RANDOM).assume(FakeEdges(proxied=False))


async def test_every_pattern_must_name_an_edge() -> None:
    with pytest.raises(AssumptionError, match=r"no edge is called order-\*->redis-lock-9"):
        await cut("order-1->redis-lock-1", "order-*->redis-lock-9")(RANDOM).assume(FakeEdges())


async def test_a_partition_needs_edges_between_its_groups() -> None:
    with pytest.raises(AssumptionError, match="no edge leads between gateway-1 and payment-1"):
        await partition(["gateway-1"], ["payment-1"])(RANDOM).assume(FakeEdges())


def test_edges_are_named_by_caller_and_target() -> None:
    assert named(EDGES, ["order-*"], ["redis-*"]) == ("order-1->redis-lock-1", "order-2->redis-lock-1")
    assert named(EDGES, ["redis-*"], ["order-*"]) == ()
