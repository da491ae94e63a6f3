"""What is shown and taken at the front door: lists that lie, limits that do not hold, times that cannot be."""

from typing import Any

from chaos.observations import identity
from chaos.observations.catalogue import (
    CHANGE_CATEGORY,
    CREATE_PRODUCT,
    DELETE_CATEGORY,
    LIST_CATEGORIES,
    LIST_PRODUCTS,
    SET_PRICE,
)
from chaos.observations.orders import COMPLETE_ORDER, PLACE_ORDER, READ_ORDER
from chaos.proof.lookups import status
from chaos.proof.orders import money
from harness.history import Operation, Row
from harness.proof import Draft, Operations, Rows, corruptions


def of_several(_draft: Draft, page: Operation) -> bool:
    """Pages of several products that differ in what they are sorted by."""
    items: Any = page.output["items"]
    return page.input["sort"] == "price_asc" and items[0]["price"] != items[-1]["price"]


def items(change: Any) -> Any:
    """The items of a page, changed."""
    return lambda _draft, page: change(page.output["items"])


def repriced(found: Any) -> Any:
    """The first product for less than nobody ever set."""
    return [{**found[0], "price": money(1)}, *found[1:]]


def at(category: str) -> Any:
    """Reads of a category."""
    return lambda _draft, read: read.input["category_id"] == category


PAGES, SORTED = Operations((LIST_PRODUCTS,)), Operations((LIST_PRODUCTS,), of_several)
CREATED = Operations((CREATE_PRODUCT,))

CATALOGUE = corruptions(
    "catalogue_told_truly",
    {
        "a page lacks its first product": PAGES.answered(items=items(lambda found: found[1:])),
        "a page is empty": PAGES.answered(items=[]),
        "a page shows a product twice": PAGES.answered(items=items(lambda found: [found[0], *found])),
        "a page is upside down": SORTED.answered(items=items(lambda found: found[::-1])),
        "a page shows a price that nobody set": PAGES.answered(items=items(repriced)),
        "a page shows a product under another name": PAGES.answered(
            items=items(lambda found: [{**found[0], "name": "Lampion"}, *found[1:]])
        ),
        "a page shows a product that nobody made": PAGES.answered(
            items=items(lambda found: [*found[:-1], {**found[-1], "id": "nobody's"}])
        ),
        "a page counts itself alone": PAGES.answered(total=lambda _draft, page: len(page.output["items"])),
        "a page calls itself another": PAGES.answered(page=7),
        "staff are shown another price than they set": Operations((SET_PRICE,), status(200)).answered(price=money(1)),
        "staff are shown another name than they gave": CREATED.answered(name="Lampion"),
    },
)

TAKEN = Operations((PLACE_ORDER,), status(201))


def with_lines(*lines: Row) -> Any:
    """The input of a place_order with other lines, under a key of its own."""
    return lambda _draft, operation: {**operation.input, "items": [dict(each) for each in lines], "key": "beyond"}


def more_units(_draft: Draft, operation: Operation) -> Row:
    """The same with more units than one may order."""
    lines: Any = operation.input["items"]
    return {**operation.input, "items": [{**lines[0], "quantity": 1001}], "key": "beyond"}


def nowhere(_draft: Draft, operation: Operation) -> Row:
    """The same to an address without a street."""
    address: Any = operation.input["delivery_address"]
    return {**operation.input, "delivery_address": {**address, "street": " "}, "key": "beyond"}


LIMITS = corruptions(
    "limits_kept",
    {
        "an order of too many units is taken": TAKEN.again(201, input=more_units),
        "an order of no lines is taken": TAKEN.again(201, input=with_lines()),
        "an order of no lines is sold out": TAKEN.again(409, {"status": 409, "code": "OUT_OF_STOCK"}, input=with_lines()),
        "an order to nowhere is taken": TAKEN.again(201, input=nowhere),
        "an order is refused as invalid that is not": TAKEN.answered(422, {"status": 422, "code": "VALIDATION_FAILED"}),
        "a price of nothing is set": Operations((SET_PRICE,), status(200)).asked(price=money(0)),
        "a product without a name is made": CREATED.asked(name="  "),
    },
)

LOGINS = Operations((identity.LOG_IN,), lambda _draft, login: login.ok)
SHOWN = Operations((READ_ORDER,), lambda _draft, read: read.ok and read.output.get("status") == "RESERVED")

TIMES = corruptions(
    "times_told_truly",
    {
        "an order was made long before it was asked for": TAKEN.answered(created_at="2026-11-22T11:00:00.000000Z"),
        "an order will be made tomorrow": TAKEN.answered(created_at="2026-11-23T13:00:00.000000Z"),
        "a product was made in another time zone": CREATED.answered(created_at="2026-11-22T14:00:00.000000Z"),
        "an order was changed before it was made": SHOWN.answered(updated_at="2026-11-22T11:00:00.000000Z"),
        "a token lasts for years": LOGINS.answered(expires_at="2036-11-22T12:00:00Z"),
        "a token has ended when it is given": LOGINS.answered(expires_at="2026-11-22T12:00:00Z"),
        "a refresh token ends with the access token": LOGINS.answered(
            refresh_expires_at=lambda _draft, login: login.output["expires_at"]
        ),
    },
)

REFUSED = Operations((identity.LOG_IN,), status(429))
FIRST = Operations((identity.LOG_IN,), lambda _draft, login: login.input["session"] in ("guess#0", "guess#1", "guess#2"))

SHELF = Operations((identity.READ_CATEGORY,), lambda _draft, read: read.ok and read.input["category_id"] == "c0")
CHILDREN = Operations((LIST_CATEGORIES,), lambda _draft, read: read.input["parent_id"] == "c0")
MOVED = Operations((CHANGE_CATEGORY,), status(409))

SHELVES = corruptions(
    "categories_told_truly",
    {
        "a category is shown under its former name": Operations((identity.READ_CATEGORY,), at("c1")).answered(name="Shelf 8"),
        "a category is shown below another": Operations((identity.READ_CATEGORY,), at("c1")).answered(parent_id="c3"),
        "a category that is there is not found": SHELF.answered(404, {"status": 404, "code": "CATEGORY_NOT_FOUND"}),
        "a category that was deleted is found": Operations((identity.READ_CATEGORY,), at("c4")).answered(
            200, {"id": "c4", "name": "Shelf 5", "parent_id": "c3", "parent": None, "children": []}
        ),
        "a child is not shown": CHILDREN.answered(items=items(lambda found: found[1:]), total=1),
        "children are upside down": CHILDREN.answered(items=items(lambda found: found[::-1])),
        "all categories are shown as children": CHILDREN.answered(
            items=items(lambda found: [*found, {"id": "c2", "name": "Shelf 7", "parent_id": None}]), total=3
        ),
        "a category is moved below itself": MOVED.answered(200, {"id": "c0", "name": "Shelf 9", "parent_id": "c2"}),
        "a category is deleted with another in it": Operations((DELETE_CATEGORY,), status(409)).answered(204, {}),
        "an empty category is not deleted": Operations((DELETE_CATEGORY,), status(204)).answered(
            409, {"status": 409, "code": "CATEGORY_IN_USE"}
        ),
    },
)

IN_TIME = corruptions(
    "answers_in_time",
    {
        "a login takes as long as two calls may": Operations((identity.LOG_IN,)).late(7.0),
        "a read takes as long as three calls may": Operations((READ_ORDER,)).late(12.0),
        "a list hangs until the gateway gives up": Operations((identity.LIST_ORDERS,)).late(15.0),
        "a completion hangs for a minute": Operations((COMPLETE_ORDER,)).late(60.0),
        "an order waits for a decision and longer": Operations((PLACE_ORDER,)).late(12.0),
    },
)

RATES = corruptions(
    "guessing_is_limited",
    {
        "one guess more is let in": REFUSED.answered(401),
        "a guess more is let in and right": REFUSED.answered(200),
        "a guess is refused before there were too many": FIRST.answered(429),
        "nobody counts": Rows(identity.LOGIN_RATE).change(attempts=3),
    },
)

CORRUPTIONS = (*CATALOGUE, *LIMITS, *TIMES, *RATES, *IN_TIME, *SHELVES)
