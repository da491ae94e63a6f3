"""Categories: what is read of the tree is what staff made of it, and nothing is put or taken where it cannot be.

Where nothing was changed meanwhile it is known exactly; elsewhere bounds hold (`tree`). Categories that no staff of the run
made are not judged.
"""

from collections.abc import Iterable, Mapping

from pydantic import JsonValue

from chaos.guarantees.reading import inputs
from chaos.guarantees.tree import Tree
from chaos.guarantees.wares import Wares
from chaos.observations import catalogue, identity
from harness.history import History, Operation
from harness.verdict import Finding, Violation, guarantee

NOT_FOUND, IN_USE, CIRCLE, TAKEN = "CATEGORY_NOT_FOUND", "CATEGORY_IN_USE", "CATEGORY_CIRCLE", "CATEGORY_NAME_TAKEN"

Shown = Mapping[str, JsonValue]


@guarantee
def categories_told_truly(history: History) -> Finding:
    """A category is read where staff put it, with its children by name; it is deleted when empty, and moved in no circle."""
    tree, wares = Tree(history), Wares(history)
    read = list(inputs(history, catalogue.OfCategory, identity.READ_CATEGORY))
    listed = list(inputs(history, catalogue.ChildrenOf, catalogue.LIST_CATEGORIES))
    wrong = [(each, what) for each, asked in read for what in _read(each, asked.category_id, tree)]
    for each, parent in listed:
        wrong += [(each, what) for what in _listed(each, parent.parent_id, tree)]
    wrong += [*_deleted(history, tree, wares), *_placed(history, tree)]
    return Finding(
        judged=len(read) + len(listed) + len(history.named(catalogue.CHANGE_CATEGORY, catalogue.DELETE_CATEGORY)),
        violations=tuple(
            Violation(what=f"{each.name} (operation {each.id}) {what}", operations=(each.id,)) for each, what in wrong
        ),
        counts={"categories": len(tree.nodes), "lists of children": len(read) + len(listed)},
    )


def _times(operation: Operation) -> tuple[int, int]:
    return operation.invoked_ns, operation.completed_ns or operation.invoked_ns


def _read(read: Operation, category: str, tree: Tree) -> Iterable[str]:
    node, (begin_ns, end_ns) = tree.nodes.get(category), _times(read)
    if node is None:
        return
    if read.ok:
        yield from _shown(read.output, tree, begin_ns, end_ns)
        parent = read.output.get("parent")
        if isinstance(parent, Mapping):
            yield from _shown(parent, tree, begin_ns, end_ns)
        if (parent.get("id") if isinstance(parent, Mapping) else None) != read.output.get("parent_id"):
            yield "shows another node as the parent than it names"
        yield from _children(read.output.get("children"), category, tree, begin_ns, end_ns)
    elif read.output.get("code") == NOT_FOUND and node.surely(begin_ns, end_ns):
        yield f"did not find {category}, which was there"


def _listed(listed: Operation, parent: str, tree: Tree) -> Iterable[str]:
    begin_ns, end_ns = _times(listed)
    known = tree.nodes.get(parent)
    if listed.ok:
        items = listed.output.get("items")
        yield from _children(items, parent, tree, begin_ns, end_ns)
        if isinstance(items, list) and listed.output.get("total") != len(items):
            yield f"tells of {listed.output.get('total')} children and shows {len(items)}"
    elif listed.output.get("code") == NOT_FOUND and known is not None and known.surely(begin_ns, end_ns):
        yield f"did not find {parent}, which was there"


def _children(items: JsonValue, parent: str, tree: Tree, begin_ns: int, end_ns: int) -> Iterable[str]:
    shown = [each for each in items if isinstance(each, Mapping)] if isinstance(items, list) else []
    ids = [str(each.get("id")) for each in shown]
    names = [str(each.get("name")).casefold() for each in shown if each.get("id") in tree.nodes]
    surely, maybe = tree.children(parent, begin_ns, end_ns)
    for each in shown:
        yield from _shown(each, tree, begin_ns, end_ns)
    if missing := surely - set(ids):
        yield f"does not show {', '.join(sorted(missing))} below {parent or 'no parent'}"
    if strange := (set(ids) & tree.nodes.keys()) - maybe:
        yield f"shows {', '.join(sorted(strange))} below {parent or 'no parent'}"
    if names != sorted(names) or len(set(ids)) < len(ids):
        yield f"shows the children {', '.join(names)}, which are not by name, each once"


def _shown(shown: Shown, tree: Tree, begin_ns: int, end_ns: int) -> Iterable[str]:
    node = tree.nodes.get(str(shown.get("id")))
    if node is not None:
        place = (str(shown.get("name")), str(shown.get("parent_id") or ""))
        places = node.places(begin_ns, end_ns)
        if not places:
            yield f"shows {node.id}, which had been deleted"
        elif place not in places:
            yield f"shows {node.id} as {place}, which was {' or '.join(sorted(map(str, places)))}"


def _deleted(history: History, tree: Tree, wares: Wares) -> Iterable[tuple[Operation, str]]:
    """Categories that were deleted with something in them, or not deleted though there was nothing."""
    for operation, gone in inputs(history, catalogue.OfCategory, catalogue.DELETE_CATEGORY):
        begin_ns, end_ns = _times(operation)
        surely, maybe = tree.children(gone.category_id, begin_ns, end_ns)
        goods = [ware for ware in wares.by_id.values() if ware.category == gone.category_id and not ware.surely_gone(begin_ns)]
        if operation.ok and (surely or any(ware.surely_there(begin_ns, end_ns) for ware in goods)):
            yield operation, f"deleted {gone.category_id}, which was not empty"
        if operation.output.get("code") == IN_USE and gone.category_id in tree.nodes and not maybe and not goods:
            yield operation, f"did not delete {gone.category_id}, which was empty"


def _placed(history: History, tree: Tree) -> Iterable[tuple[Operation, str]]:
    """Nodes that were moved below themselves, and names that two siblings have; and refusals of what is neither."""
    for operation, change in inputs(history, catalogue.CategoryChange, catalogue.CHANGE_CATEGORY):
        node, (begin_ns, end_ns) = tree.nodes.get(change.category_id), _times(operation)
        if node is None:
            continue
        code = operation.output.get("code")
        if operation.ok and change.parent_id and _circle(change.parent_id, node.id, tree, begin_ns):
            yield operation, f"moved {node.id} below itself"
        if code == CIRCLE and not change.parent_id:
            yield operation, f"was refused as a circle of {node.id}, which was not moved"
        if operation.ok:
            yield from ((operation, what) for what in _shown(operation.output, tree, begin_ns, end_ns))
        wanted = {
            (change.name or name, up if change.parent_id is None else change.parent_id)
            for name, up in node.places(begin_ns, begin_ns)
        }
        siblings = [each for each in tree.nodes.values() if each.id != node.id]
        if operation.ok and any((place := each.surely(begin_ns, end_ns)) and place in wanted for each in siblings):
            yield operation, f"gave {node.id} the name of a sibling"
        if code == TAKEN and not any(each.places(begin_ns, end_ns) & wanted for each in siblings):
            yield operation, f"was refused the name {change.name}, which no sibling has"


def _circle(parent: str, node: str, tree: Tree, begin_ns: int) -> bool:
    """Whether a parent was the node or below it when it was asked for."""
    return tree.surely_below(parent, node, begin_ns, begin_ns)
