"""The system as boxes and arrows, with what the faults hit: cut edges, members that were killed or paused.

A fault says what it is done to in words: the name of a member or a node, an edge `a->b`, or several joined by commas;
patterns of the shell stand for all that fit. What names nothing that is drawn is told beside the picture only.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from harness.experiment.presentation import Node, TopologyGraph
from harness.report.layered_layout import Layout, Measures, layered

WIDE = Measures(most=6, box=132, gap=22, pass_by=26, layer=96, margin=8)
NARROW = Measures(most=3, box=92, gap=8, pass_by=9, layer=88, margin=4)
BOX_HEIGHT = 46.0
CHIP = 20.0
ROLES = ("service", "sandbox", "server")


@dataclass(frozen=True)
class Hit:
    """A fault in the picture: `number` stands beside what it hit; times are in seconds of the workload."""

    number: int
    fault: str
    target: str
    begin_s: float | None
    end_s: float | None


@dataclass(frozen=True)
class Chip:
    """A member inside its box; `short` is what its name adds to that of the box."""

    name: str
    short: str
    x: float
    hits: tuple[int, ...]


@dataclass(frozen=True)
class Box:
    """A node in the picture: the middle of its top edge is at (`x`, `y`)."""

    name: str
    role: str
    about: str
    x: float
    y: float
    chips: tuple[Chip, ...]
    hits: tuple[int, ...]


@dataclass(frozen=True)
class Arrow:
    """An edge as an SVG path, and where the numbers of the faults that hit it stand."""

    caller: str
    callee: str
    path: str
    x: float
    y: float
    hits: tuple[int, ...]


@dataclass(frozen=True)
class Drawing:
    """One picture of the system, in its own units; what was hit is drawn last, on top."""

    name: str
    width: float
    height: float
    box_width: float
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def drawings(graph: TopologyGraph, hits: Sequence[Hit]) -> tuple[Drawing, ...]:
    """The picture for wide and for narrow screens; none for a system without a presentation."""
    if not graph.nodes:
        return ()
    return tuple(_drawing(name, graph, hits, measures) for name, measures in (("wide", WIDE), ("narrow", NARROW)))


def parts(target: str) -> tuple[str, ...]:
    """The targets of a fault."""
    return tuple(part for part in re.split(r"[,;|\s]+", target.replace(" -> ", "->")) if part)


def _drawing(name: str, graph: TopologyGraph, hits: Sequence[Hit], measures: Measures) -> Drawing:
    layout = layered([node.name for node in graph.nodes], graph.edges, measures)
    home = {member: node.name for node in graph.nodes for member in (*node.members, node.name)}
    arrows = [_arrow(edge, layout, _on_edge(edge, home, hits), graph, measures) for edge in layout.ways]
    return Drawing(
        name=name,
        width=layout.width,
        height=layout.height,
        box_width=measures.box,
        boxes=tuple(_box(node, layout, hits, measures) for node in graph.nodes),
        arrows=tuple(sorted(arrows, key=lambda arrow: bool(arrow.hits))),
    )


def _box(node: Node, layout: Layout, hits: Sequence[Hit], measures: Measures) -> Box:
    x, y = layout.places[node.name]
    members = node.members if len(node.members) > 1 else ()
    chips = tuple(
        Chip(member, member.removeprefix(f"{node.name}-"), at, _on(member, hits))
        for member, at in zip(members, _chip_places(len(members), x, measures), strict=True)
    )
    own = {number for name in (node.name, *node.members) for number in _on(name, hits)}
    return Box(node.name, node.role, node.about, x, y - BOX_HEIGHT / 2, chips, tuple(sorted(own)))


def _chip_places(count: int, x: float, measures: Measures) -> list[float]:
    step = min(CHIP + 6, (measures.box - 8) / max(count, 1))
    return [round(x + (index - (count - 1) / 2) * step, 1) for index in range(count)]


def _on(name: str, hits: Iterable[Hit]) -> tuple[int, ...]:
    """The faults that hit a member or node itself."""
    return tuple(hit.number for hit in hits if any("->" not in part and fnmatchcase(name, part) for part in parts(hit.target)))


def _on_edge(edge: tuple[str, str], home: Mapping[str, str], hits: Iterable[Hit]) -> dict[int, tuple[str, ...]]:
    """The faults that hit an edge, each with the members whose calls it hit."""
    found: dict[int, tuple[str, ...]] = {}
    for hit in hits:
        callers: list[str] = []
        for part in parts(hit.target):
            caller, arrow, callee = part.partition("->")
            if arrow and any(home[member] == edge[1] for member in home if fnmatchcase(member, callee)):
                callers += [member for member in home if home[member] == edge[0] and fnmatchcase(member, caller)]
        if callers:
            found[hit.number] = tuple(dict.fromkeys(callers))
    return found


def _arrow(
    edge: tuple[str, str], layout: Layout, hits: Mapping[int, Sequence[str]], graph: TopologyGraph, measures: Measures
) -> Arrow:
    (x0, y0), (x1, y1) = layout.places[edge[0]], layout.places[edge[1]]
    members = next(node.members for node in graph.nodes if node.name == edge[0])
    hurt = {member for found in hits.values() for member in found}
    if len(members) > 1 and len(hurt) == 1 and (only := next(iter(hurt))) in members:  # from the one instance it was cut off
        x0 = _chip_places(len(members), x0, measures)[members.index(only)]
    down = 1 if y1 > y0 else -1
    half = down * BOX_HEIGHT / 2
    path, (x, y) = f"M{x0:.1f} {y0 + half:.1f}", (x0, y0 + half)
    for px, py in layout.ways[edge]:  # straight down between two boxes, bent between two layers
        path += _bend(x, y, px, py - half) + f" L{px:.1f} {py + half:.1f}"
        x, y = px, py + half
    path += _bend(x, y, x1, y1 - half - 2 * down)
    middle = round((x + x1) / 2, 1), round((y + y1 - half) / 2, 1)
    return Arrow(edge[0], edge[1], path, *middle, tuple(sorted(hits)))


def _bend(x0: float, y0: float, x1: float, y1: float) -> str:
    half = (y1 - y0) / 2
    return f" C{x0:.1f} {y0 + half:.1f} {x1:.1f} {y1 - half:.1f} {x1:.1f} {y1:.1f}"
