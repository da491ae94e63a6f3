from harness.direction import Direction
from harness.proxy.client import EffectsState
from harness.proxy.toxiproxy_metrics import Counted, counted

# As a Toxiproxy 2.12 prints them.
EXPOSITION = """\
# HELP toxiproxy_proxy_received_bytes_total The total number of bytes received on a given proxy link in a given direction
# TYPE toxiproxy_proxy_received_bytes_total counter
toxiproxy_proxy_received_bytes_total{direction="downstream",listener="127.0.0.1:1",proxy="edge",upstream="127.0.0.1:2"} 5
toxiproxy_proxy_received_bytes_total{direction="upstream",listener="127.0.0.1:1",proxy="edge",upstream="127.0.0.1:2"} 13
toxiproxy_proxy_received_bytes_total{direction="upstream",listener="127.0.0.1:1",proxy="edge",upstream="127.0.0.1:3"} 1.5e+06
toxiproxy_proxy_received_bytes_total{direction="upstream",listener="127.0.0.1:9",proxy="edge2",upstream="127.0.0.1:2"} 100
# HELP toxiproxy_proxy_sent_bytes_total The total number of bytes sent on a given proxy link in a given direction
# TYPE toxiproxy_proxy_sent_bytes_total counter
toxiproxy_proxy_sent_bytes_total{direction="downstream",listener="127.0.0.1:1",proxy="edge",upstream="127.0.0.1:2"} 5
toxiproxy_proxy_sent_bytes_total{direction="upstream",listener="127.0.0.1:1",proxy="edge",upstream="127.0.0.1:2"} 4
go_goroutines 12
"""


def test_both_directions_of_one_proxy_are_summed_over_all_its_addresses() -> None:
    assert counted(EXPOSITION, "edge") == {Direction.UPSTREAM: Counted(1_500_013, 4), Direction.DOWNSTREAM: Counted(5, 5)}


def test_a_proxy_that_has_carried_nothing_has_no_samples_yet() -> None:
    assert counted(EXPOSITION, "another") == {Direction.UPSTREAM: Counted(), Direction.DOWNSTREAM: Counted()}
    assert counted("", "edge")[Direction.UPSTREAM] == Counted()


def test_what_came_in_and_did_not_go_out_was_dropped_and_the_state_says_that_it_is_not_everything() -> None:
    state = EffectsState.counted(counted(EXPOSITION, "edge"))
    assert (state.upstream.dropped, state.downstream.dropped) == (1_500_009, 0)
    assert not state.complete


def test_a_counter_that_was_read_in_between_drops_nothing_less_than_nothing() -> None:
    flows = {Direction.UPSTREAM: Counted(1, 3), Direction.DOWNSTREAM: Counted()}
    assert EffectsState.counted(flows).upstream.dropped == 0
