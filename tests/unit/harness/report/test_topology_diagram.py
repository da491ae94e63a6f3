"""The picture shows what each fault hit: members, nodes and edges, and nothing else."""

import pytest

from harness.experiment.presentation import TopologyGraph
from harness.report.topology_diagram import Drawing, Hit, drawings, parts
from tests.unit.harness.report.pictured_run import CUT, TOPOLOGY


def wide(*targets: str) -> Drawing:
    hits = [Hit(number, f"f{number}", target, 1.0, 2.0) for number, target in enumerate(targets, start=1)]
    return drawings(TOPOLOGY, hits)[0]


def hit_edges(drawing: Drawing) -> dict[str, tuple[int, ...]]:
    return {f"{arrow.caller}->{arrow.callee}": arrow.hits for arrow in drawing.arrows if arrow.hits}


def hit_boxes(drawing: Drawing) -> dict[str, tuple[int, ...]]:
    return {box.name: box.hits for box in drawing.boxes if box.hits}


def hit_chips(drawing: Drawing) -> dict[str, tuple[int, ...]]:
    return {chip.name: chip.hits for box in drawing.boxes for chip in box.chips if chip.hits}


@pytest.mark.parametrize(
    ("target", "edges", "boxes", "chips"),
    [
        (CUT, {"order->redis-lock-1", "order->redis-lock-2"}, set(), set()),
        ("product-2", set(), {"product"}, {"product-2"}),
        ("redis-lock-1", set(), {"redis-lock-1"}, set()),
        ("order-*->redis-lock-1", {"order->redis-lock-1"}, set(), set()),
        ("order-2 -> product-1", {"order->product"}, set(), set()),
        ("order-1, payment-1->provider", {"payment->provider"}, {"order"}, {"order-1"}),
        ("gateway", set(), {"gateway"}, set()),
        ("the broker's memory", set(), set(), set()),
        ("order-1->mailbox", set(), set(), set()),
        ("", set(), set(), set()),
    ],
)
def test_a_target_marks_what_it_names(target: str, edges: set[str], boxes: set[str], chips: set[str]) -> None:
    drawing = wide(target)
    assert set(hit_edges(drawing)) == edges
    assert set(hit_boxes(drawing)) == boxes
    assert set(hit_chips(drawing)) == chips


def test_several_faults_on_one_thing_are_all_numbered() -> None:
    drawing = wide("order-1->product-1", "product-2", "order-2->product-2")
    assert hit_edges(drawing) == {"order->product": (1, 3)}
    assert hit_boxes(drawing) == {"product": (2,)}


def test_what_was_hit_is_drawn_on_top() -> None:
    assert [bool(arrow.hits) for arrow in wide(CUT).arrows][-2:] == [True, True]


def test_every_edge_and_box_is_in_both_pictures() -> None:
    for drawing in drawings(TOPOLOGY, []):
        assert {(arrow.caller, arrow.callee) for arrow in drawing.arrows} == set(TOPOLOGY.edges)
        assert {box.name for box in drawing.boxes} == {node.name for node in TOPOLOGY.nodes}
        assert [chip.short for box in drawing.boxes if box.name == "order" for chip in box.chips] == ["1", "2"]


def test_a_phone_can_show_the_narrow_one() -> None:
    assert drawings(TOPOLOGY, [])[1].width < 400


def test_a_system_that_says_nothing_of_itself_has_no_picture() -> None:
    assert drawings(TopologyGraph(), []) == ()


def test_targets_are_told_apart() -> None:
    assert parts("a->b, c -> d,e") == ("a->b", "c->d", "e")
