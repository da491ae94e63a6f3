"""Lists of one's own orders that lack some, show some twice, or show somebody else's."""

from typing import Any

from chaos.observations.identity import LIST_ORDERS
from chaos.observations.orders import ORDERS, PLACE_ORDER
from harness.history import Operation
from harness.proof import Draft, Operations, corruptions


def long(_draft: Draft, listed: Operation) -> bool:
    """Lists of at least two orders that were made at different times."""
    items: Any = listed.output.get("items")
    return bool(listed.ok and len(items) > 1 and items[0]["created_at"] != items[-1]["created_at"])


def of_acknowledged(draft: Draft, listed: Operation) -> bool:
    """Lists whose first order had been answered 201 before."""
    items: Any = listed.output.get("items")
    placed = {
        each.output["id"]
        for each in draft.operations
        if each.name == PLACE_ORDER and each.status == 201 and (each.completed_ns or 0) < listed.invoked_ns
    }
    return bool(listed.ok and items and items[0]["id"] in placed and items[-1]["id"] in placed)


def anothers(draft: Draft, listed: Operation) -> Any:
    """The list with an order of somebody else in front."""
    items: Any = listed.output["items"]
    (row, *_) = (each for each in draft.rows[ORDERS] if each["user_id"] != listed.input["user_id"])
    return [{**items[0], "id": row["id"]}, *items]


def items(change: Any) -> Any:
    """The items of an answer, changed."""
    return lambda _draft, listed: change(listed.output["items"])


LISTS, LONG = Operations((LIST_ORDERS,), of_acknowledged), Operations((LIST_ORDERS,), long)

CORRUPTIONS = corruptions(
    "lists_are_complete",
    {
        "a list lacks its newest order": LISTS.answered(items=items(lambda found: found[1:])),
        "a list lacks its oldest order": LISTS.answered(items=items(lambda found: found[:-1])),
        "a list is empty": LISTS.answered(items=[]),
        "a list shows an order twice": LISTS.answered(items=items(lambda found: [found[0], *found])),
        "a list is upside down": LONG.answered(items=items(lambda found: found[::-1])),
        "a list shows somebody else's order": LISTS.answered(items=anothers),
    },
)
