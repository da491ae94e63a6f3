"""What faults on edges take for a proof from the project's own proxy, which counts everything it does."""

from dataclasses import replace

from harness.direction import Direction
from harness.faults.cut import Cut
from harness.faults.partition import Partition
from harness.faults.spec import Edge
from harness.faults.toxic import Toxic
from harness.proxy.client import ConnectionCounts, EffectsState, FlowCounts, ToxicCounts
from tests.unit.harness.faults.specs import spec

NONE = FlowCounts(0, 0, 0, 0)
OURS = EffectsState(ConnectionCounts(0, 0, 0, 0, 0), NONE, NONE, {})
ANSWERS, REQUESTS = Edge("a", "b", (Direction.DOWNSTREAM,)), Edge("a", "b", (Direction.UPSTREAM,))


def test_a_toxic_proves_itself_by_what_it_handled() -> None:
    fault = Toxic(spec("toxic", edges=(ANSWERS,), type="latency", latency_ms=1))
    mine, others = ToxicCounts(1, 5, 0, 1), ToxicCounts(9, 99, 9, 9)
    assert fault.effect(ANSWERS, OURS, replace(OURS, toxics={"fault_latency_downstream": mine, "another": others})) == 6
    assert fault.effect(ANSWERS, OURS, replace(OURS, toxics={"another": others})) == 0


def test_a_cut_proves_itself_by_connections() -> None:
    fault = Cut(spec("cut", edges=(ANSWERS,)))
    assert fault.effect(ANSWERS, OURS, replace(OURS, connections=ConnectionCounts(3, 0, 2, 0, 0))) == 2
    assert fault.effect(ANSWERS, OURS, replace(OURS, upstream=FlowCounts(5, 5, 0, 0))) == 0


def test_a_partition_proves_itself_by_what_its_streams_have_lost_since() -> None:
    fault = Partition(spec("partition", edges=(REQUESTS,)))
    before = replace(OURS, upstream=FlowCounts(10, 7, 3, 0))
    assert fault.effect(REQUESTS, before, replace(OURS, upstream=FlowCounts(30, 20, 10, 0))) == 7
    assert fault.effect(REQUESTS, before, replace(before, downstream=FlowCounts(9, 0, 9, 0))) == 0, "the other direction"
