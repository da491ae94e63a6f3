"""Boxes stand in layers below their callers, apart from each other, whatever the graph."""

import itertools

import pytest

from harness.report.layered_layout import Layout, Measures, layered

MEASURES = Measures(most=3, box=100, gap=10, pass_by=10, layer=80, margin=5)
SHOP = [
    ("g", "u"),
    ("g", "o"),
    ("o", "p"),
    ("o", "m"),
    ("u", "m"),
    ("p", "m"),
    ("g", "m"),
    ("o", "r1"),
    ("o", "r2"),
    ("o", "r3"),
]


def layout(nodes: str, *edges: tuple[str, str], most: int = 3) -> Layout:
    names = nodes.split()
    return layered(names, edges, Measures(most, MEASURES.box, MEASURES.gap, MEASURES.pass_by, MEASURES.layer, MEASURES.margin))


def rows(found: Layout) -> list[set[str]]:
    heights = sorted({y for _, y in found.places.values()})
    return [{name for name, place in found.places.items() if place[1] == y} for y in heights]


def test_callers_stand_above_what_they_call() -> None:
    found = layout("g u o p m r1 r2 r3", *SHOP)
    assert all(found.places[caller][1] < found.places[callee][1] for caller, callee in SHOP)
    assert rows(found)[0] == {"g"}


@pytest.mark.parametrize("most", [1, 2, 3, 6])
def test_boxes_never_touch_and_layers_are_no_wider_than_allowed(most: int) -> None:
    found = layout("g u o p m r1 r2 r3", *SHOP, most=most)
    for row in rows(found):
        assert len(row) <= most
        places = sorted(found.places[name][0] for name in row)
        assert all(right - left >= MEASURES.box for left, right in itertools.pairwise(places))


def test_everything_is_inside_the_picture() -> None:
    found = layout("g u o p m r1 r2 r3", *SHOP)
    for x, y in found.places.values():
        assert MEASURES.box / 2 <= x <= found.width - MEASURES.box / 2
        assert 0 < y < found.height
    assert all(0 <= x <= found.width for way in found.ways.values() for x, _ in way)


def test_a_long_edge_passes_every_layer_between() -> None:
    found = layout("a b c", ("a", "b"), ("b", "c"), ("a", "c"))
    assert [len(found.ways[edge]) for edge in (("a", "b"), ("b", "c"), ("a", "c"))] == [0, 0, 1]
    (x, y), (at, level) = found.ways["a", "c"][0], found.places["b"]
    assert y == level
    assert abs(x - at) > MEASURES.box / 2


def test_edges_to_one_box_share_their_way() -> None:
    found = layout("a b c d e", ("a", "c"), ("b", "c"), ("c", "d"), ("d", "e"), ("a", "e"), ("b", "e"))
    assert found.ways["a", "e"] == found.ways["b", "e"] != ()


@pytest.mark.parametrize("edges", [[("a", "b"), ("b", "a")], [("a", "a")], [("a", "nowhere")], []])
def test_circles_and_loose_ends_do_no_harm(edges: list[tuple[str, str]]) -> None:
    found = layout("a b", *edges)
    assert set(found.places) == {"a", "b"}
    assert set(found.ways) == {edge for edge in edges if set(edge) == {"a", "b"}}


def test_nothing_has_a_layout_too() -> None:
    assert layout("").places == {}


def test_the_same_graph_looks_the_same() -> None:
    assert layout("g u o p m r1 r2 r3", *SHOP) == layout("g u o p m r1 r2 r3", *SHOP)
