"""Changes after which two parts of the shop say different things of one value, and some that only look like that."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness.contracts.documents import Documents
from harness.contracts.planted import EditError, PlantedChange
from harness.contracts.proto.planting import Rewrite, rewritten

OPENAPI, TABLES, CODE, MAPPING = "openapi.json", "sql.json", "domain.json", "drift.json"
_PROTO = Path("proto")
_ORDER = "shop/order/v1/order.proto"

Edit = Callable[[Documents], Documents]


def edited(document: str, *path: str, **changes: Any) -> Edit:
    """Set keys of the object at a path; None removes one. Raises EditError when the path is not there any more."""

    def edit(documents: Documents) -> Documents:
        content = copy.deepcopy(documents.json(document))
        place = content
        for step in path:
            if step not in place:
                raise EditError(f"{document} has no {' → '.join(path)} any more")
            place = place[step]
        for key, value in changes.items():
            if value is None:
                del place[key]
            else:
                place[key] = value
        return documents.with_json(document, content)

    return edit


def _property(schema: str, name: str, **changes: Any) -> Edit:
    return edited(OPENAPI, "components", "schemas", schema, "properties", name, **changes)


def _column(schema: str, table: str, name: str, **changes: Any) -> Edit:
    return edited(TABLES, schema, table, name, **changes)


def _planted(name: str, rule: str, about: str, edit: Edit) -> PlantedChange:
    return PlantedChange(name=name, contract="drift", rule=rule, about=about, edit=edit)


BREAKING = (
    _planted(
        "model allows more than the account holds",
        "limits-differ",
        "A name of 120 characters is taken by the gateway and refused behind it.",
        _property("Registration", "name", maxLength=120),
    ),
    _planted(
        "message allows less than the model",
        "limits-differ",
        "A town of 90 characters is taken by the gateway and refused behind it.",
        rewritten(_PROTO, _ORDER, Rewrite("max_length = 100", "max_length = 80", after="string city = 3")),
    ),
    _planted(
        "rule of one service changed",
        "limits-differ",
        "Order takes 200 lines, product refuses to reserve more than 100.",
        edited(CODE, "order.domain", MAX_LINES=200),
    ),
    _planted(
        "column narrowed",
        "column-too-narrow",
        "A product whose name has 150 characters cannot be stored.",
        _column("product", "products", "name", length=100),
    ),
    _planted(
        "column of smaller numbers",
        "column-too-narrow",
        "A price of 30 million euros is out of its range.",
        _column("product", "products", "price_minor", type="int"),
    ),
    _planted(
        "column too short for a status",
        "column-too-narrow",
        "CANCELLED has nine letters.",
        _column("order", "orders", "status", length=8),
    ),
    _planted(
        "status in one place only",
        "enums-differ",
        "The service knows an order that was shipped, messages and models do not.",
        edited(CODE, "order.domain", Status=["PENDING", "RESERVED", "REJECTED", "PAID", "CANCELLED", "EXPIRED", "SHIPPED"]),
    ),
    _planted(
        "number that becomes text",
        "kinds-differ",
        "Units are counted everywhere else.",
        _property("Stock", "sold", type="string"),
    ),
    _planted(
        "text that comes in without a limit",
        "limit-missing",
        "An address of any length reaches the services.",
        _property("Registration", "email", maxLength=None),
    ),
    _planted(
        "property that nothing stands behind",
        "place-unmapped",
        "Nobody has said which field and column it is.",
        edited(OPENAPI, "components", "schemas", "Product", "properties", weight={"type": "integer"}),
    ),
    _planted(
        "column that nobody speaks of",
        "place-unmapped",
        "Nobody has said which field it is.",
        edited(TABLES, "order", "orders", note={"type": "varchar", "length": 100, "nullable": True}),
    ),
    _planted(
        "declared difference that is none any more",
        "difference-gone",
        "A declaration that nothing needs would hide the next difference.",
        _property("Line", "quantity", maximum=1_000_000),
    ),
)

HARMLESS = (
    _planted(
        "smaller column that holds all",
        "",
        "A million fits.",
        _column("order", "order_items", "quantity", type="int"),
    ),
    _planted(
        "column that may be empty",
        "",
        "Whether a value must be there is no limit of the value.",
        _column("order", "orders", "reason", nullable=True),
    ),
    _planted(
        "values in another order",
        "",
        "An enum is a set.",
        edited(CODE, "order.domain", Status=["EXPIRED", "CANCELLED", "PAID", "REJECTED", "RESERVED", "PENDING"]),
    ),
    _planted(
        "property described otherwise",
        "",
        "Words are not limits.",
        _property("Registration", "name", description="What others see.", title="Called"),
    ),
)

CHANGES = (*BREAKING, *HARMLESS)
