"""The tree of categories over time, by what staff did: where a node may have been, and which children it surely had."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from chaos.guarantees.reading import inputs
from chaos.guarantees.wares import FOREVER_NS
from chaos.observations import catalogue
from harness.history import Ending, History, Operation

Place = tuple[str, str]
"""A name, and the parent ("" for a root)."""


@dataclass(frozen=True)
class Placing:
    """A node was put somewhere, or may have been: `end_ns` is FOREVER_NS when that is not known."""

    place: Place
    begin_ns: int
    end_ns: int


@dataclass
class Node:
    """A category; times in ns. `maybe_gone_ns` is when a deletion began that was not refused, `gone_ns` when one was done."""

    id: str
    created_ns: int
    asked_ns: int
    placings: list[Placing]
    maybe_gone_ns: int = FOREVER_NS
    gone_ns: int = FOREVER_NS

    def places(self, begin_ns: int, end_ns: int) -> frozenset[Place]:
        """Where it may have been at some moment of an interval; nowhere when it surely was not there."""
        if self.asked_ns > end_ns or self.gone_ns < begin_ns:
            return frozenset()
        return frozenset(each.place for each in self.placings if each.begin_ns <= end_ns and not self._replaced(each, begin_ns))

    def surely(self, begin_ns: int, end_ns: int) -> Place | None:
        """Where it was all the time; None when that is not known."""
        there = self.created_ns < begin_ns and end_ns < self.maybe_gone_ns
        places = self.places(begin_ns, end_ns)
        return next(iter(places)) if there and len(places) == 1 else None

    def _replaced(self, placing: Placing, before_ns: int) -> bool:
        return any(placing.end_ns < other.begin_ns and other.end_ns < before_ns for other in self.placings)


@dataclass
class Tree:
    """All nodes that staff made in a run."""

    history: History
    nodes: dict[str, Node] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for operation, new in inputs(self.history, catalogue.NewCategory, catalogue.CREATE_CATEGORY):
            node, ended_ns = str(operation.output.get("id")), operation.completed_ns
            if operation.ok and ended_ns is not None:
                placing = Placing((new.name, new.parent_id), operation.invoked_ns, ended_ns)
                self.nodes[node] = Node(node, ended_ns, operation.invoked_ns, [placing])
        changes = list(inputs(self.history, catalogue.CategoryChange, catalogue.CHANGE_CATEGORY))
        for operation, change in sorted(changes, key=lambda each: each[0].invoked_ns):
            known = self.nodes.get(change.category_id)
            if known is not None and operation.ending is not Ending.FAIL:
                known.placings += [
                    Placing(place, operation.invoked_ns, _ended(operation)) for place in _after(known, change, operation)
                ]
        for operation, gone in inputs(self.history, catalogue.OfCategory, catalogue.DELETE_CATEGORY):
            known = self.nodes.get(gone.category_id)
            if known is not None and operation.ending is not Ending.FAIL:
                known.maybe_gone_ns = min(known.maybe_gone_ns, operation.invoked_ns)
                known.gone_ns = min(known.gone_ns, _ended(operation))

    def children(self, parent: str, begin_ns: int, end_ns: int) -> tuple[set[str], set[str]]:
        """Those that a node surely had all the time, and those that it may have had."""
        surely = {each.id for each in self.nodes.values() if (each.surely(begin_ns, end_ns) or ("", None))[1] == parent}
        maybe = {each.id for each in self.nodes.values() if any(up == parent for _, up in each.places(begin_ns, end_ns))}
        return surely, maybe

    def surely_below(self, node: str, top: str, begin_ns: int, end_ns: int) -> bool:
        """Whether a node was `top` or below it all the time."""
        seen: set[str] = set()
        while node and node != top and node not in seen:
            seen.add(node)
            known = self.nodes.get(node)
            place = known.surely(begin_ns, end_ns) if known is not None else None
            node = place[1] if place is not None else ""
        return node == top


def _after(node: Node, change: catalogue.CategoryChange, operation: Operation) -> Iterable[Place]:
    """Where a change puts a node, from wherever it may have been: what is not said stays."""
    for name, parent in node.places(operation.invoked_ns, _ended(operation)):
        yield change.name or name, parent if change.parent_id is None else change.parent_id


def _ended(operation: Operation) -> int:
    return operation.completed_ns if operation.ok and operation.completed_ns is not None else FOREVER_NS
