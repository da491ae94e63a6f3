"""Staff who arrange the categories of a generated history, and somebody who looks at them; no fault hits either."""

from dataclasses import asdict, dataclass, field

from pydantic import JsonValue

from chaos.observations import catalogue, identity
from chaos.proof.world import MS, Answer, Steps, World, problem
from harness.history import Row

STAFF, LOOKER = "arranger", "looker"


@dataclass
class Shelving:
    """The tree: name and parent by id."""

    world: World
    nodes: dict[str, tuple[str, str]] = field(default_factory=dict)

    def arranged(self) -> Steps:
        """Categories are made, renamed, moved, removed; some of it is refused."""
        yield 100 * MS
        for number, parent in enumerate(("", "c0", "c1", "c0", "c3")):
            node = f"c{number}"
            self.nodes[node] = (f"Shelf {9 - number}", parent)
            made = catalogue.NewCategory(f"Shelf {9 - number}", parent)
            yield from self._does(STAFF, catalogue.CREATE_CATEGORY, asdict(made), Answer(201, self._shown(node)))
        self.nodes["c1"] = ("Top shelf", "c0")
        renamed = catalogue.CategoryChange("c1", "Top shelf")
        yield from self._does(STAFF, catalogue.CHANGE_CATEGORY, asdict(renamed), Answer(200, self._shown("c1")))
        below = catalogue.CategoryChange("c0", parent_id="c2")
        yield from self._does(STAFF, catalogue.CHANGE_CATEGORY, asdict(below), problem(409, "CATEGORY_CIRCLE"))
        self.nodes["c2"] = (self.nodes["c2"][0], "")
        moved = catalogue.CategoryChange("c2", parent_id="")
        yield from self._does(STAFF, catalogue.CHANGE_CATEGORY, asdict(moved), Answer(200, self._shown("c2")))
        for node, answer in (("c3", problem(409, "CATEGORY_IN_USE")), ("c4", Answer(204, {}))):
            yield from self._does(STAFF, catalogue.DELETE_CATEGORY, {"category_id": node}, answer)
        del self.nodes["c4"]
        yield 50 * MS
        for node in ("c0", "c1", "c4"):
            yield from self._does(LOOKER, identity.READ_CATEGORY, {"category_id": node}, self._read(node))
        for node in ("c0", ""):
            children = self._children(node)
            told: Row = {"items": children, "total": len(children)}
            yield from self._does(LOOKER, catalogue.LIST_CATEGORIES, {"parent_id": node}, Answer(200, told))

    def _does(self, who: str, name: str, sent: Row, answer: Answer) -> Steps:
        call = self.world.recorder.invoke(who, name, sent)
        yield 10 * MS
        call.answered(answer.status, answer.output)
        yield 10 * MS

    def _read(self, node: str) -> Answer:
        if node not in self.nodes:
            return problem(404, "CATEGORY_NOT_FOUND")
        parent = self.nodes[node][1]
        shown = self._shown(parent) if parent else None
        return Answer(200, {**self._shown(node), "parent": dict(shown) if shown else None, "children": self._children(node)})

    def _children(self, parent: str) -> list[JsonValue]:
        found = sorted((name, node) for node, (name, up) in self.nodes.items() if up == parent)
        return [dict(self._shown(node)) for _, node in found]

    def _shown(self, node: str) -> Row:
        name, parent = self.nodes[node]
        return {"id": node, "name": name, "parent_id": parent or None}
