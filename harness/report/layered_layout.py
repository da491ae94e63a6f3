"""Places for the boxes of a graph: in layers, callers above what they call, with few crossings.

The steps are those of Sugiyama, Tagawa and Toda, "Methods for Visual Understanding of Hierarchical System Structures" (1981):
layers by the longest path, bounded in width after Coffman and Graham (1972); points where long edges pass a layer; an order
within each layer by barycentres; then places. Own code because the libraries that lay out in layers need a program (graphviz)
or are no longer kept (grandalf). Edges that lead to the same box share the points they pass, like a bus line.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

SWEEPS = 12


@dataclass(frozen=True)
class Measures:
    """Widths and distances in the unit of the picture; `most` boxes stand side by side at most."""

    most: int
    box: float
    gap: float
    pass_by: float
    layer: float
    margin: float


@dataclass(frozen=True)
class Layout:
    """The middle of each box, and for each edge the points that it passes between its two boxes."""

    width: float
    height: float
    places: Mapping[str, tuple[float, float]]
    ways: Mapping[tuple[str, str], tuple[tuple[float, float], ...]]


def layered(nodes: Sequence[str], edges: Iterable[tuple[str, str]], measures: Measures) -> Layout:
    """Lay out a graph. An edge that closes a cycle or has no target is drawn, but does not influence the layout."""
    known = set(nodes)
    every = [edge for edge in dict.fromkeys(edges) if edge[0] in known and edge[1] in known and edge[0] != edge[1]]
    forward = _acyclic(nodes, every)
    depth = _depths(nodes, forward, measures.most)
    layers: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for name in nodes:
        layers[depth[name]].append(name)
    links: list[tuple[str, str]] = []
    passes: dict[tuple[str, str], list[str]] = {}
    for caller, callee in forward:
        passes[caller, callee] = names = [_pass(callee, level) for level in range(depth[caller] + 1, depth[callee])]
        for level, name in enumerate(names, start=depth[caller] + 1):
            if name not in layers[level]:
                layers[level].append(name)
        chain = [caller, *names, callee]
        links += itertools.pairwise(chain)
    neighbours = _neighbours(links)
    layers = _ordered(layers, neighbours)
    across = _places(layers, neighbours, known, measures)
    reach = {name: (measures.box if name in known else measures.pass_by) / 2 + measures.margin for name in across}
    left = min((at - reach[name] for name, at in across.items()), default=0.0)
    right = max((at + reach[name] for name, at in across.items()), default=0.0)
    point = {
        name: (round(across[name] - left, 1), round(measures.margin + (level + 0.5) * measures.layer, 1))
        for level, layer in enumerate(layers)
        for name in layer
    }
    return Layout(
        width=round(right - left, 1),
        height=round(2 * measures.margin + len(layers) * measures.layer, 1),
        places={name: point[name] for name in nodes},
        ways={edge: tuple(point[name] for name in passes.get(edge, ())) for edge in every},
    )


def _pass(callee: str, level: int) -> str:
    return f"\0{callee}\0{level}"


def _acyclic(nodes: Sequence[str], edges: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The edges without back edges of a depth-first search."""
    out: dict[str, list[str]] = {name: [] for name in nodes}
    for caller, callee in edges:
        out[caller].append(callee)
    state: dict[str, int] = {}
    back: set[tuple[str, str]] = set()

    def walk(name: str) -> None:
        state[name] = 1
        for callee in out[name]:
            if state.get(callee) == 1:
                back.add((name, callee))
            elif callee not in state:
                walk(callee)
        state[name] = 2

    called = {callee for _, callee in edges}
    for name in sorted(nodes, key=lambda each: each in called):
        if name not in state:
            walk(name)
    return [edge for edge in edges if edge not in back]


def _depths(nodes: Sequence[str], edges: Sequence[tuple[str, str]], most: int) -> dict[str, int]:
    """A layer for each box, below all its callers, with at most `most` boxes in each; the deeper its tree, the earlier."""
    callers: dict[str, list[str]] = {name: [] for name in nodes}
    callees: dict[str, list[str]] = {name: [] for name in nodes}
    for caller, callee in edges:
        callers[callee].append(caller)
        callees[caller].append(callee)
    tree: dict[str, int] = {}

    def height(name: str) -> int:
        if name not in tree:
            tree[name] = 1 + max((height(callee) for callee in callees[name]), default=0)
        return tree[name]

    depth: dict[str, int] = {}
    filled: dict[int, int] = {}
    waiting = list(nodes)
    while waiting:
        ready = [name for name in waiting if all(caller in depth for caller in callers[name])]
        name = max(ready, key=lambda each: (height(each), -waiting.index(each)))
        level = max((depth[caller] + 1 for caller in callers[name]), default=0)
        while filled.get(level, 0) >= most:
            level += 1
        depth[name] = level
        filled[level] = filled.get(level, 0) + 1
        waiting.remove(name)
    return depth


def _neighbours(links: Iterable[tuple[str, str]]) -> dict[str, tuple[list[str], list[str]]]:
    """Above and below each box or point."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for upper, lower in dict.fromkeys(links):
        found.setdefault(upper, ([], []))[1].append(lower)
        found.setdefault(lower, ([], []))[0].append(upper)
    return found


def _ordered(layers: list[list[str]], neighbours: Mapping[str, tuple[list[str], list[str]]]) -> list[list[str]]:
    """Sweep down and up, each layer by the mean place of its neighbours; the order with the fewest crossings is kept."""
    best, fewest = layers, _crossings(layers, neighbours)
    for sweep in range(SWEEPS):
        layers = [list(layer) for layer in layers]
        side = sweep % 2
        for level in range(1, len(layers)) if side == 0 else range(len(layers) - 2, -1, -1):
            fixed = layers[level - 1 if side == 0 else level + 1]
            layers[level] = _by_barycentre(layers[level], fixed, {name: found[side] for name, found in neighbours.items()})
        if (crossings := _crossings(layers, neighbours)) < fewest:
            best, fewest = layers, crossings
    return best


def _by_barycentre(layer: list[str], fixed: list[str], neighbours: Mapping[str, list[str]]) -> list[str]:
    place = {name: (index + 0.5) / len(fixed) for index, name in enumerate(fixed)}
    own = {name: (index + 0.5) / len(layer) for index, name in enumerate(layer)}
    return sorted(layer, key=lambda name: _mean([place[each] for each in neighbours.get(name, ())], own[name]))


def _crossings(layers: list[list[str]], neighbours: Mapping[str, tuple[list[str], list[str]]]) -> int:
    count = 0
    for upper, lower in itertools.pairwise(layers):
        place = {name: index for index, name in enumerate(lower)}
        ends = [sorted(place[each] for each in neighbours.get(name, ([], []))[1]) for name in upper]
        flat = [(index, end) for index, found in enumerate(ends) for end in found]
        count += sum(a[0] < b[0] and a[1] > b[1] for a in flat for b in flat)
    return count


def _places(
    layers: list[list[str]], neighbours: Mapping[str, tuple[list[str], list[str]]], boxes: set[str], measures: Measures
) -> dict[str, float]:
    """A place across for each: near its neighbours, in the order found, never closer than the measures allow."""

    def half(name: str) -> float:
        return (measures.box + measures.gap) / 2 if name in boxes else measures.pass_by / 2

    across: dict[str, float] = {}
    for layer in layers:
        at = -sum(half(name) for name in layer)
        for name in layer:
            across[name] = at + half(name)
            at += 2 * half(name)
    widest = max((sum(2 * half(name) for name in layer) for layer in layers), default=0.0) / 2
    for sweep in range(SWEEPS):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            wanted = [
                _mean([across[each] for side in neighbours.get(name, ([], [])) for each in side], across[name])
                for name in layer
            ]
            rights = list(wanted)
            for index in range(1, len(layer)):
                rights[index] = max(rights[index], rights[index - 1] + half(layer[index - 1]) + half(layer[index]))
            lefts = list(wanted)
            for index in range(len(layer) - 2, -1, -1):
                lefts[index] = min(lefts[index], lefts[index + 1] - half(layer[index + 1]) - half(layer[index]))
            found = [(right + left) / 2 for right, left in zip(rights, lefts, strict=True)]
            across.update(zip(layer, _within(found, [half(name) for name in layer], widest), strict=True))
    return across


def _within(found: Sequence[float], halves: Sequence[float], widest: float) -> list[float]:
    """The same places, none further from the middle than `widest` leaves room for those outside of it."""
    lefts = [sum(halves[:index]) * 2 + half - widest for index, half in enumerate(halves)]
    rights = [widest - half - sum(halves[index + 1 :]) * 2 for index, half in enumerate(halves)]
    return [min(max(at, left), right) for at, left, right in zip(found, lefts, rights, strict=True)]


def _mean(values: Sequence[float], default: float) -> float:
    return sum(values) / len(values) if values else default
