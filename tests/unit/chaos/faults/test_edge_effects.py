"""What faults on edges take for a proof, from each kind of server."""

from dataclasses import replace

from chaos.faults.cut import cut
from chaos.faults.toxic import toxic
from harness.proxy.client import ConnectionCounts, EffectsState, FlowCounts, ToxicCounts
from harness.proxy.direction import Direction
from harness.seed import Seed

LOTS = Seed(1).stream("unused")
NONE = FlowCounts(0, 0, 0, 0)
OURS = EffectsState(ConnectionCounts(0, 0, 0, 0, 0), NONE, NONE, {})
REAL = replace(OURS, complete=False)


def test_a_toxic_proves_itself_by_what_came_into_its_hands() -> None:
    fault = toxic("latency", "a->b", latency=1)(LOTS)
    mine, others = ToxicCounts(1, 5, 0, 1), ToxicCounts(9, 99, 9, 9)
    assert fault.effect(OURS, replace(OURS, toxics={"fault_latency_downstream": mine, "another": others})) == 6
    assert fault.effect(OURS, replace(OURS, toxics={"another": others})) == 0


def test_on_a_real_server_by_what_its_stream_has_lost_since() -> None:
    fault = toxic("timeout", "a->b", stream=Direction.UPSTREAM, timeout=0)(LOTS)
    before = replace(REAL, upstream=FlowCounts(10, 7, 3, 0))
    assert fault.effect(before, replace(REAL, upstream=FlowCounts(30, 20, 10, 0))) == 7
    assert fault.effect(before, replace(before, downstream=FlowCounts(9, 0, 9, 0))) == 0, "the other direction"
    assert fault.effect(before, replace(before, upstream=FlowCounts(20, 17, 3, 0))) == 0, "all of it came through"


def test_a_cut_proves_itself_by_connections() -> None:
    fault = cut("a->b")(LOTS)
    assert fault.effect(OURS, replace(OURS, connections=ConnectionCounts(3, 0, 2, 0, 0))) == 2
    assert fault.effect(OURS, replace(OURS, upstream=FlowCounts(5, 5, 0, 0))) == 0


def test_on_a_real_server_by_connections_that_have_ended() -> None:
    fault = cut("a->b")(LOTS)
    assert fault.effect(REAL, replace(REAL, upstream=FlowCounts(5, 5, 0, 0))) == 1
    assert fault.effect(REAL, REAL) == 0
