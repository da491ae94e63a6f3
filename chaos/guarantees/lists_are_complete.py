"""Lists of one's own orders: every order that was acknowledged before is there, once, newest first, and nobody else's.

Pages are joined by their cursors to walks. A walk that was not read to its end is judged as far as it went. Orders that were
acknowledged while it was read, or only with 202, may be there or not.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from chaos.guarantees import joining, reading
from chaos.observations.identity import LIST_ORDERS
from chaos.observations.orders import PLACE_ORDER
from harness.history import History, Operation
from harness.verdict import Finding, Violation, guarantee


@dataclass
class Walk:
    """Pages of one list, the first one without a cursor. `following` is the cursor of the next page; "" after the last."""

    user_id: str
    pages: list[Operation] = field(default_factory=list)
    orders: list[tuple[str, str]] = field(default_factory=list)
    """Ids and times of creation, as they were shown."""
    following: str = ""

    def add(self, page: Operation) -> None:
        """The next page."""
        self.pages.append(page)
        items, cursor = page.output.get("items"), page.output.get("next_cursor")
        self.orders += [_shown(each) for each in items if isinstance(each, Mapping)] if isinstance(items, list) else []
        self.following = cursor if isinstance(cursor, str) else ""

    @property
    def ids(self) -> list[str]:
        """The orders' ids."""
        return [order for order, _ in self.orders]


@guarantee
def lists_are_complete(history: History) -> Finding:
    """A list of one's own orders has all that were acknowledged before, each once, newest first, and nothing else."""
    walks = list(_walks(history))
    if not walks:
        return Finding(judged=0, counts={"of several pages": 0, "orders shown": 0})
    owner = {row.id: row.user_id for row in reading.orders(history)}
    acknowledged = _acknowledged(history)
    violations = [
        Violation(
            what=f"the list of {walk.user_id} (operation {walk.pages[0].id}, {len(walk.pages)} pages) {what}",
            operations=tuple(page.id for page in walk.pages),
            facts={"user_id": walk.user_id},
        )
        for walk in walks
        for what in _faults(walk, owner, acknowledged.get(walk.user_id, ()))
    ]
    several = sum(len(walk.pages) > 1 for walk in walks)
    counts = {"of several pages": several, "orders shown": sum(len(walk.orders) for walk in walks)}
    return Finding(judged=len(walks), violations=tuple(violations), counts=counts)


def _walks(history: History) -> Iterator[Walk]:
    """Lists and what was read of them; a page whose predecessor is not known is left out."""
    begun: dict[tuple[str, ...], Walk] = {}
    for page in history.named(LIST_ORDERS):
        named = (
            str(page.input.get("user_id")),
            page.process,
            str(page.input.get("walk") or page.id),
            str(page.input.get("limit")),
        )
        if not page.ok or "items" not in page.output:
            continue
        cursor = page.input.get("cursor") or ""
        if not cursor:
            begun[named] = walk = Walk(named[0])
            walk.add(page)
        elif (known := begun.get(named)) is not None and known.following == cursor:
            known.add(page)
    yield from begun.values()


def _acknowledged(history: History) -> Mapping[str, list[Operation]]:
    """By user, the placements that were answered with the order."""
    found: dict[str, list[Operation]] = {}
    for placed in history.named(PLACE_ORDER):
        if placed.status == 201 and placed.completed_ns is not None and joining.order_id(placed):
            found.setdefault(str(placed.input.get("user_id")), []).append(placed)
    return found


def _faults(walk: Walk, owner: Mapping[str, str], acknowledged: Iterable[Operation]) -> Iterable[str]:
    ids, begun_ns = walk.ids, walk.pages[0].invoked_ns
    for order in sorted({order for order in ids if ids.count(order) > 1}):
        yield f"shows order {order} {ids.count(order)} times"
    for order in ids:
        if owner.get(order, walk.user_id) != walk.user_id:
            yield f"shows order {order} of {owner[order]}"
    times = [created for _, created in walk.orders]
    if times != sorted(times, reverse=True):
        yield "is not in the order of time, newest first"
    oldest = min(times, default="")
    for page in walk.pages:
        limit, items = page.input.get("limit"), page.output.get("items")
        if isinstance(limit, int) and isinstance(items, list) and len(items) > limit:
            yield f"shows {len(items)} orders on a page of {limit}"
    for placed in acknowledged:
        order, created = _shown(placed.output)
        reached = not walk.following or created > oldest
        if (placed.completed_ns or 0) < begun_ns and reached and order not in ids:
            yield f"does not show order {order}, which operation {placed.id} had been answered with before"


def _shown(order: Mapping[str, JsonValue]) -> tuple[str, str]:
    return str(order.get("id")), str(order.get("created_at"))
